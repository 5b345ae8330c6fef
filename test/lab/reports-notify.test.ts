import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildPki } from "../pki.ts";
import { lan, server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { type Received, Receiver } from "./reports/receiver.ts";
import { Reports } from "./reports/reports.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot)("notifications", () => {
	let site: Site;
	let polywan: Polywan;
	let reports: Reports;
	let host: Receiver;
	let internet: Receiver;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: renderPolywanConfig() });
		polywan = new Polywan(site);
		reports = new Reports(site);
		host = await Receiver.start(site.host(0).network);
		internet = await Receiver.start(site.internet.network);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterEach(async () => {
		await reports.stop();
		// What could not be sent would be sent by the next one.
		await site.router.run(["rm", "-rf", "/var/run/polywan-reports"]);
		host.received.length = 0;
	});
	afterAll(async () => {
		host?.close();
		internet?.close();
		await site?.close();
	});

	const base = `http://${lan.host(0).ipv4}:8080`;
	const notify = (...options: string[]) =>
		`config notify 'me'\n\toption gather '0'\n${options.map((option) => `\t${option}\n`).join("")}`;

	/** Takes uplink wanb down and up again until somebody was told; a program that has only just started may have missed it. */
	async function untilTold(receiver: Receiver, isIt: (message: Received) => boolean): Promise<Received> {
		let found: Received | undefined;
		await until(
			"the receiver was told",
			async () => {
				await polywan.run("down", "wanb");
				await polywan.run("auto", "wanb");
				found = receiver.received.find(isIt);
				return found !== undefined;
			},
			{ timeoutMs: 40_000 },
		);
		if (!found) throw new Error("nothing was found");
		return found;
	}

	it("posts signed JSON to a webhook whose address is a secret", async () => {
		await reports.configure(
			notify("option type 'webhook'", "option severity 'info'"),
			`config secret 'me'\n\toption url '${base}/hook/s3cret?a=b'\n\toption hmac_key 'k3y'\n`,
		);
		const message = await untilTold(host, ({ body }) => body.includes("wanb"));
		expect(message.path).toBe("/hook/s3cret?a=b");
		expect(message.headers?.["content-type"]).toBe("application/json");
		const signature = createHmac("sha256", "k3y").update(message.body).digest("hex");
		expect(message.headers?.["x-polywan-signature"]).toBe(`sha256=${signature}`);
		expect(JSON.parse(message.body).events[0]).toMatchObject({ kind: expect.any(String) });
	});

	it("says what a receiver answered, tries again, and shows no secret", async () => {
		await reports.configure(
			notify("option type 'webhook'", "option severity 'info'"),
			`config secret 'me'\n\toption url '${base}/refuse'\n\toption token 's3cret'\n`,
		);
		await untilTold(host, ({ path }) => path === "/refuse");
		await until("the refusal is in the log", () =>
			/notify: not sent.*\*\*\* answered 500/.test(reports.log()),
		);
		expect(reports.log()).not.toMatch(/s3cret|\/refuse/);
	});

	it("sends a test when asked to, and tells what came of it", async () => {
		const onBus = () => site.router.bus.list("polywan.reports");
		const test = async () => {
			await until("it is on the bus", async () => (await onBus()).length > 0);
			return site.router.ubus("polywan.reports", "test", { notify: "me" });
		};
		const secret = (path: string) => `config secret 'me'\n\toption url '${base}/${path}'\n`;
		await reports.configure(notify("option type 'webhook'", "option preset 'ntfy'"), secret("s3cret"));
		expect(await test()).toEqual({ error: null });
		await until("the test came", () =>
			host.received.some(
				({ path, body }) => path === "/s3cret" && body === "This is a test. Nothing has happened.",
			),
		);
		await reports.configure(notify("option type 'webhook'"), secret("refuse"));
		expect(String((await test()).error)).toMatch(/answered 500/);
		expect(JSON.stringify(await site.router.ubus("polywan.reports", "status"))).not.toContain("refuse");
	});

	const authorities = "/etc/ssl/certs/ca-certificates.crt";
	const sendTest = async () => {
		await until("it is on the bus", async () => (await site.router.bus.list("polywan.reports")).length > 0);
		return site.router.ubus("polywan.reports", "test", { notify: "me" });
	};

	/** The receiver tells what it got by itself, maybe after polywan-reports has said that it was sent. */
	const untilTested = () =>
		until("the test came", () => host.received.find(({ body }) => body.includes("This is a test")));

	it("https: a receiver without a known authority is told nothing, and no secret is shown", async () => {
		const url = `https://${lan.host(0).ipv4}:8443/hook/s3cret`;
		const configure = (...options: string[]) =>
			reports.configure(
				notify("option type 'webhook'", "option severity 'info'", ...options),
				`config secret 'me'\n\toption url '${url}'\n\toption token 't0ken'\n\toption hmac_key 'k3y'\n`,
			);
		await site.router.run(["rm", "-f", authorities]);
		await configure();
		expect(String((await sendTest()).error)).toMatch(/holds no certificates of authorities/);
		expect(host.received).toEqual([]);
		site.router.writeFile(authorities, readFileSync(join(buildPki(), "bundle.crt"), "utf8"));
		expect(await sendTest()).toEqual({ error: null });
		const told = await untilTested();
		expect(told).toMatchObject({ path: "/hook/s3cret", encrypted: true });
		expect(told.headers?.["x-polywan-signature"]).toMatch(/^sha256=[0-9a-f]{64}$/);
		expect(reports.log()).not.toMatch(/s3cret|t0ken/);
	});

	it.each([
		["STARTTLS", "2526", "auto"],
		["TLS from the start", "4650", "tls"],
	])("sends mail by %s, and no password without", async (_, port, tls) => {
		site.router.writeFile(authorities, readFileSync(join(buildPki(), "ca.crt"), "utf8"));
		const configure = (port: string) =>
			reports.configure(
				notify(
					"option type 'mail'",
					`option server '${lan.host(0).ipv4}'`,
					`option port '${port}'`,
					`option tls '${tls}'`,
					"option from 'router@example.org'",
					"list to 'a@example.org'",
					"option username 'user'",
				),
				"config secret 'me'\n\toption password 's3cret'\n",
			);
		await configure(port);
		expect(await sendTest()).toEqual({ error: null });
		expect(await untilTested()).toMatchObject({ by: "smtp", encrypted: true, login: "\0user\0s3cret" });
		await configure("2525");
		expect(String((await sendTest()).error)).toMatch(/offers no STARTTLS|the answer is not TLS/);
		expect(host.received.filter(({ encrypted }) => !encrypted)).toEqual([]);
	});

	it("sends mail, with and without a password", async () => {
		const mail = [
			"option type 'mail'",
			`option server '${lan.host(0).ipv4}'`,
			"option port '2525'",
			"option from 'router@example.org'",
			"list to 'a@example.org'",
			"list to 'b@example.org'",
			"option severity 'info'",
		];
		await reports.configure(notify(...mail));
		const plain = await untilTold(host, ({ by }) => by === "smtp");
		expect(plain).toMatchObject({ from: "router@example.org", to: ["a@example.org", "b@example.org"] });
		expect(plain.body).toContain("Subject: OpenWrt: ");
		await reports.configure(
			notify(...mail, "option username 'user'", "option tls 'none'"),
			"config secret 'me'\n\toption password 'wr0ng'\n",
		);
		await until("the refusal is in the log", async () => {
			await polywan.run("down", "wanb");
			await polywan.run("auto", "wanb");
			return /notify: not sent.*the server answered AUTH with 535 not with \*\*\*: AUTH PLAIN \*\*\*/.test(
				reports.log(),
			);
		});
		host.received.length = 0;
		await reports.configure(
			notify(...mail, "option username 'user'", "option tls 'none'"),
			"config secret 'me'\n\toption password 's3cret'\n",
		);
		await untilTold(host, ({ by }) => by === "smtp");
		expect(reports.log()).not.toMatch(/wr0ng|s3cret/);
	});

	it("runs a script with the message on its standard input, and writes to the system log", async () => {
		const script = "#!/bin/sh\ncat >> /tmp/notified\n";
		site.router.writeFile("/usr/lib/notify-me", script, 0o755);
		await reports.configure(
			`${notify("option type 'script'", "option program '/usr/lib/notify-me'", "option severity 'info'")}
config notify 'log'\n\toption type 'syslog'\n\toption severity 'info'\n\toption gather '0'\n`,
		);
		await until("the script ran", async () => {
			await polywan.run("down", "wanb");
			await polywan.run("auto", "wanb");
			return site.router.readFile("/tmp/notified").includes("wanb");
		});
		await until("the log has it", () => /notify: wanb/.test(reports.log()));
		const [line = ""] = site.router.readFile("/tmp/notified").split("\n");
		expect(JSON.parse(line)).toMatchObject({ severity: expect.any(String), count: expect.any(Number) });
	});

	it("keeps what it cannot send while no uplink works, also when it is started again, and sends it over the one that does", async () => {
		const url = `http://${server(5).ipv4}:8080/later`;
		for (const name of ["wan", "wanb"]) await site.uplink(name).carrier(true);
		await reports.configure(notify("option type 'webhook'", `option url '${url}'`, "option severity 'info'"));
		const told = () => internet.received.filter(({ path }) => path === "/later");
		await until("it follows the daemon", async () => {
			await polywan.run("down", "wanb");
			await polywan.run("auto", "wanb");
			return told().length > 0;
		});
		await polywan.untilState("up", "wan", "wanb");
		internet.received.length = 0;
		await site.uplink("wanb").carrier(false);
		await site.uplink("wan").carrier(false);
		await polywan.untilState("down", "wan", "wanb");
		const kept = "/var/run/polywan-reports/me.json";
		const isKept = async () =>
			(await site.router.run(["grep", "-q", '"uplink":"wan",.*"to":"down"', kept])).code === 0;
		await until("it could not be sent", isKept, { timeoutMs: 30_000 });
		expect((await site.router.run(["stat", "-c", "%a", kept])).stdout.trim()).toBe("600");
		await site.router.mustRun(["/etc/init.d/polywan-reports", "restart"]);
		await until("it runs again", async () => (await reports.pids()).length === 1);
		await site.uplink("wanb").carrier(true);
		await until(
			"it was told of the uplink that still is down",
			() =>
				told().some(({ body }) =>
					JSON.parse(body).events.some(
						({ uplink, to }: Record<string, string>) => uplink === "wan" && to === "down",
					),
				),
			{ timeoutMs: 40_000 },
		);
		const waits = () => site.router.run(["grep", "-q", '"waiting":\\[{', kept]);
		await until("nothing waits any more", async () => (await waits()).code !== 0);
		await site.uplink("wan").carrier(true);
	});
});
