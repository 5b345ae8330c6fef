import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildPki } from "../pki.ts";
import { lan } from "./addresses.ts";
import { firstLine } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Broker, brokerCertificatePort, brokerTlsPort } from "./reports/broker.ts";
import { Reports } from "./reports/reports.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

const config = (more = "") => `config mqtt 'mqtt'
	option enabled '1'
	option host '${lan.host(0).ipv4}'
	option topic 'home/polywan'
	option interval '1s'
	option keepalive '5s'
${more}`;

describe.skipIf(!asRoot)("MQTT with a real broker", () => {
	let site: Site;
	let polywan: Polywan;
	let reports: Reports;
	let broker: Broker;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, web: true, config: renderPolywanConfig() });
		polywan = new Polywan(site);
		reports = new Reports(site);
		broker = new Broker(site.host(0));
		await polywan.untilState("up", "wan", "wanb");
	});
	afterEach(async () => {
		await reports.stop();
		await broker.stop();
		await polywan.run("auto", "wanb");
	});
	afterAll(async () => {
		await broker?.close();
		await site?.close();
	});

	const heard = (topic: string) => broker.heard.get(`home/polywan/${topic}`);
	const json = (topic: string) => JSON.parse(heard(topic) ?? "null");
	const losses = () => reports.log().match(/mqtt: the broker is not reached/g)?.length ?? 0;
	const untilHeard = (topic: string, payload: string) =>
		until(`${topic} is ${payload}`, () => heard(topic) === payload, { timeoutMs: 30_000 });

	it.each(["3.1.1", "5"])(
		"tells state, quality, usage and shares by MQTT %s, and each change",
		async (version) => {
			await broker.start();
			await reports.configure(config(`\toption version '${version}'\n`));
			await untilHeard("status", "online");
			await untilHeard("uplink/wan/state", "up");
			await until("figures are told", () => heard("uplink/wanb/usage") !== undefined);
			await untilHeard("daemon", "running");
			await untilHeard("uplink/wan/usable", "ON");
			expect(json("uplink/wan/details")).toMatchObject({ tier: 1, ipv4: { state: "up", device: "eth1" } });
			await until("a round trip is told", () => json("uplink/wan/quality")?.rtt_ms > 0);
			await until("bytes are told", () => json("uplink/wan/usage")?.rx_bytes > 0);
			await until("the policy is told", () => json("policy/everything") !== null);
			expect(json("policy/everything").ipv4).toEqual([{ uplink: "wan", percent: 100 }]);
			await polywan.run("down", "wanb");
			await untilHeard("uplink/wanb/usable", "OFF");
			await untilHeard("uplink/wanb/wanted", "down");
			await until("the event is told", () => json("event")?.uplink === "wanb");
		},
	);

	it("tells Home Assistant of every uplink, and again when it was started", async () => {
		await broker.start();
		await reports.configure(config());
		const entity = (path: string) => broker.heard.get(`homeassistant/${path}/config`);
		for (const path of ["binary_sensor/home_polywan/wanb_usable", "sensor/home_polywan/wan_rtt"])
			await until(`${path} is told`, () => entity(path) !== undefined);
		const sensor = JSON.parse(entity("sensor/home_polywan/wan_rtt") ?? "null");
		expect(sensor).toMatchObject({
			state_topic: "home/polywan/uplink/wan/quality",
			value_template: "{{ value_json.rtt_ms }}",
			unit_of_measurement: "ms",
			unique_id: "home_polywan_wan_rtt",
			default_entity_id: "sensor.home_polywan_wan_rtt",
			availability: [{ topic: "home/polywan/status" }, { topic: "home/polywan/daemon" }],
			device: { identifiers: ["home_polywan"] },
		});
		expect([...broker.heard.keys()].filter((topic) => /\/(switch|select)\//.test(topic))).toEqual([]);
		broker.messages.length = 0;
		await broker.say("homeassistant/status", "online");
		await until("all is told again", () =>
			broker.messages.some((line) => line.startsWith("homeassistant/sensor/home_polywan/wan_rtt/config")),
		);
	});

	it("tells at once that the daemon died, though it was waited for, and that there is another", async () => {
		await broker.start();
		await reports.configure(config());
		await untilHeard("daemon", "running");
		const told = () => broker.messages.filter((line) => line.startsWith("home/polywan/daemon "));
		const before = told().length;
		await site.router.mustRun(["kill", "-9", String(await polywan.pid())]);
		await until("both are told", () => told().length >= before + 2, { timeoutMs: 40_000 });
		expect(told().slice(before, before + 2)).toEqual([
			"home/polywan/daemon stopped",
			"home/polywan/daemon running",
		]);
	});

	it("obeys no message by default", async () => {
		await broker.start();
		await reports.configure(config());
		await untilHeard("uplink/wanb/wanted", "auto");
		await broker.say("home/polywan/uplink/wanb/set", "down");
		// Figures told after the command show that it would have been heard.
		const before = broker.messages.length;
		await until(
			"more was told",
			() => broker.messages.slice(before).filter((line) => line.includes("/usage")).length > 2,
		);
		expect((await polywan.uplink("wanb")).wanted).toBe("auto");
	});

	it("switches uplinks and the default policy where commands are on, and refuses nonsense", async () => {
		await broker.start();
		await reports.configure(config("\toption commands '1'\n"));
		const select = "homeassistant/select/home_polywan/default_policy/config";
		await until("the select is told", () => broker.heard.has(select));
		expect(JSON.parse(broker.heard.get(select) ?? "").options).toEqual([
			"everything",
			"wan",
			"wanb",
			"default",
			"unreachable",
			"blackhole",
		]);
		await untilHeard("default_policy", "everything");
		await broker.say("home/polywan/uplink/wanb/set", "down");
		await untilHeard("uplink/wanb/wanted", "down");
		await broker.say("home/polywan/uplink/wanb/set", "sideways; reboot");
		await broker.say("home/polywan/uplink/nobody/set", "down");
		await broker.say("home/polywan/default_policy/set", "nobody");
		await broker.say("home/polywan/default_policy/set", "wanb");
		await untilHeard("default_policy", "wanb");
		expect(site.router.readFile("/etc/config/polywan")).toContain("option default_policy 'wanb'");
		await until("the refusal is told", () => /mqtt: refused.*target=nobody/.test(reports.log()));
		await broker.say("home/polywan/default_policy/set", "everything");
		await untilHeard("default_policy", "everything");
	});

	it("needs the right password, and shows it nowhere", async () => {
		await broker.start({ name: "router", password: "very-s3cret" });
		await reports.configure(
			config("\toption username 'router'\n"),
			"config secret 'mqtt'\n\toption password 'wrong-s3cret'\n",
		);
		await until("the refusal is told", () =>
			/mqtt: the broker is not reached.*[Nn]ot authorized/.test(reports.log()),
		);
		await reports.configure(
			config("\toption username 'router'\n"),
			"config secret 'mqtt'\n\toption password 'very-s3cret'\n",
		);
		await untilHeard("status", "online");
		expect(reports.log()).not.toContain("s3cret");
	});

	it("comes back after the broker was away, and says everything again", async () => {
		await broker.start();
		await reports.configure(config());
		await untilHeard("uplink/wan/state", "up");
		const before = losses();
		await broker.stop();
		await until("the loss is told", () => losses() > before);
		await polywan.run("down", "wanb");
		await broker.start();
		await untilHeard("uplink/wan/state", "up");
		await untilHeard("uplink/wanb/wanted", "down");
	});

	it("leaves a broker that hangs within its keepalive, and routing and memory are as before", async () => {
		await broker.start();
		await reports.configure(config());
		await untilHeard("uplink/wan/state", "up");
		broker.signal("SIGSTOP");
		const before = losses();
		await until("the hanging broker is left", () => losses() > before, { timeoutMs: 30_000 });
		await polywan.run("down", "wanb");
		expect((await polywan.uplink("wanb")).wanted).toBe("down");
		broker.signal("SIGCONT");
		await untilHeard("uplink/wanb/wanted", "down");
		await untilHeard("status", "online");
	});

	it("outlives a broker that speaks no MQTT", async () => {
		const babble =
			"require('net').createServer((s) => { s.on('error', () => {}); s.write(require('crypto').randomBytes(5000)); }).listen(1883, () => console.log('ready'))";
		const babbler = site.host(0).spawn([process.execPath, "-e", babble]);
		await firstLine(babbler, "a babbler");
		const before = losses();
		await reports.configure(config());
		const pid = await reports.pid();
		await until("the trouble is told", () => losses() > before, { timeoutMs: 30_000 });
		babbler.kill("SIGTERM");
		await until("the babbler is gone", () => babbler.exitCode !== null || babbler.signalCode !== null);
		await broker.start();
		await untilHeard("status", "online");
		expect(await reports.pid()).toBe(pid);
	});

	it("leaves its last will when it is killed, and says goodbye when it is stopped", async () => {
		await broker.start();
		await reports.configure(config());
		await untilHeard("status", "online");
		await site.router.mustRun(["kill", "-9", String(await reports.pid())]);
		await untilHeard("status", "offline");
		await reports.configure(config());
		await untilHeard("status", "online");
		await reports.stop();
		await untilHeard("status", "offline");
		expect((await polywan.status()).apply.ok).toBe(true);
	});

	it("takes back what the broker kept of an uplink that is no more", async () => {
		await broker.start();
		await reports.configure(config());
		await untilHeard("uplink/wanb/state", "up");
		const uplinks = { wan: { tier: "1" } };
		await site.router.setConfig("polywan", renderPolywanConfig({ uplinks }));
		await until("nothing is kept of it", () =>
			[...broker.heard]
				.filter(([topic]) => topic.includes("wanb"))
				.every(([, payload]) => payload === "(null)"),
		);
		await site.router.setConfig("polywan", renderPolywanConfig());
		await untilHeard("uplink/wanb/usable", "ON");
	});

	it("speaks TLS: the certificate must be of a known authority, and the broker may ask for one of ours", async () => {
		const pki = buildPki();
		for (const name of ["ca.crt", "self.crt", "client.crt", "client.key"])
			site.router.writeFile(`/etc/polywan-test/${name}`, readFileSync(join(pki, name), "utf8"), 0o600);
		const encrypted = (port: number, ...options: string[]) =>
			config([`tls '1'`, `port '${port}'`, ...options].map((option) => `\toption ${option}\n`).join(""));
		const folder = "/etc/polywan-test";
		await broker.start();
		await reports.configure(encrypted(brokerTlsPort, `ca '${folder}/self.crt'`));
		await until("the refusal is told", () =>
			/mqtt: the broker is not reached.*from an unknown authority/.test(reports.log()),
		);
		await reports.configure(encrypted(brokerTlsPort, `ca '${folder}/ca.crt'`, "version '3.1.1'"));
		await untilHeard("uplink/wan/state", "up");
		await reports.stop();
		await untilHeard("status", "offline");
		const own = [`certificate '${folder}/client.crt'`, `key '${folder}/client.key'`];
		const insecure = encrypted(brokerCertificatePort, "insecure '1'", "version '5'", ...own);
		await reports.configure(insecure);
		await untilHeard("status", "online");
		const { stdout } = await site.router.run(["polywan-reports", "check"]);
		expect(stdout).toContain("polywan_reports.mqtt.insecure '1': lets any certificate pass");
	});
});
