import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crypt } from "../openwrt/rpcd/crypt.ts";
import { parseOpenMetrics } from "../unit/polywan-reports/open-metrics.ts";
import { checkByPromtool, hasPromtool } from "../unit/polywan-reports/promtool.ts";
import { lan } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Reports } from "./reports/reports.ts";
import { resolveInRoot } from "./root-path.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot)("metrics and log", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		const hash = crypt("look", "$1$saltsalt");
		const viewer = `config login\n\toption username 'viewer'\n\toption password '${hash}'\n\tlist read 'polywan*'\n\tlist write 'polywan*'\n`;
		site = await Site.build({
			daemon: true,
			web: true,
			config: renderPolywanConfig(),
			files: { "/etc/config/rpcd": viewer },
		});
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	/** What a LAN host gets from the door: status and body. */
	async function scrape(...options: string[]): Promise<[number, string]> {
		const url = `http://${lan.router.ipv4}/cgi-bin/polywan-metrics`;
		const answer = await site.host(0).mustRun(["curl", "-sS", "-w", "\n%{http_code}", ...options, url]);
		const at = answer.lastIndexOf("\n");
		return [Number(answer.slice(at + 1)), answer.slice(0, at)];
	}

	const configure = (metrics: string, secrets: string) => {
		site.router.writeFile("/etc/config/polywan_reports", metrics, 0o600);
		site.router.writeFile("/etc/config/polywan_secrets", secrets, 0o600);
	};

	it("`polywan metrics` is OpenMetrics and knows every uplink", async () => {
		const { code, stdout } = await polywan.run("metrics");
		expect(code).toBe(0);
		const states = parseOpenMetrics(stdout).find(({ name }) => name === "polywan_uplink_state")?.samples;
		const up = states?.filter(({ labels, value }) => labels.state === "up" && value === 1);
		expect(up?.map(({ labels }) => labels.uplink)).toEqual(["wan", "wanb"]);
		if (hasPromtool) checkByPromtool(stdout);
	});

	it("the door is shut until a token or a network is set, and then asks for what is set", async () => {
		expect((await scrape())[0]).toBe(404);
		configure("", "config secret 'metrics'\n\toption token 's3cret'\n");
		expect((await scrape())[0]).toBe(401);
		expect((await scrape("-H", "Authorization: Bearer wrong"))[0]).toBe(401);
		const [status, body] = await scrape("-H", "Authorization: Bearer s3cret");
		expect(status).toBe(200);
		expect(parseOpenMetrics(body).length).toBeGreaterThan(10);
		const [, old] = await scrape(
			"-H",
			"Authorization: Bearer s3cret",
			"-H",
			"Accept: text/plain;version=0.0.4",
		);
		expect(old).toMatch(/^# TYPE polywan_info gauge$/m);
		configure("config metrics 'metrics'\n\tlist allow '10.0.0.0/8'\n", "");
		expect((await scrape())[0]).toBe(403);
		configure(`config metrics 'metrics'\n\tlist allow '${lan.network.ipv4}'\n`, "");
		expect((await scrape())[0]).toBe(200);
	});

	it("a file that cannot be read keeps everything from running, and is told of in the log", async () => {
		configure("config mqtt 'no name'\n\toption enabled '1'\n", "");
		expect((await site.router.run(["polywan-reports", "wanted"])).code).toBe(1);
		const log = () => site.router.readFile("/tmp/log/messages");
		await until("it is told of", () =>
			/daemon\.err polywan.*polywan_reports: cannot be read: Parse error/.test(log()),
		);
		configure(`config metrics 'metrics'\n\tlist allow '${lan.network.ipv4}'\n`, "");
	});

	it("the door says when the daemon is away", async () => {
		await site.router.run(["/etc/init.d/polywan", "stop"]);
		await until("the daemon is gone", async () => (await scrape())[0] === 503);
		await site.router.run(["/etc/init.d/polywan", "start"]);
		await until("the daemon is back", async () => (await scrape())[0] === 200);
	});

	it("secrets are outside of what any access group of polywan gives, and readable for root alone", async () => {
		site.router.writeFile(
			"/etc/config/polywan_secrets",
			"config secret 'mqtt'\n\toption password 's3cret'\n",
			0o644,
		);
		site.router.writeFile(
			"/etc/config/polywan_reports",
			"config notify 'log'\n\toption type 'syslog'\n",
			0o600,
		);
		await site.router.mustRun(["/etc/init.d/polywan-reports", "start"]);
		const path = resolveInRoot(site.router.rootPath, "/etc/config/polywan_secrets");
		await until("the file is closed", () => (statSync(path).mode & 0o777) === 0o600);
		const credentials = { username: "viewer", password: "look" };
		const { ubus_rpc_session } = await site.router.ubus("session", "login", credentials);
		const read = (config: string) =>
			site.router.ubus("uci", "get", { config, ubus_rpc_session: ubus_rpc_session ?? "" });
		expect(JSON.stringify(await read("polywan_reports"))).toContain("syslog");
		await expect(read("polywan_secrets")).rejects.toMatchObject({ code: 6 });
		await until("it is on the bus", async () => (await site.router.bus.list("polywan.reports")).length > 0);
		expect(JSON.stringify(await site.router.ubus("polywan.reports", "status"))).not.toContain("s3cret");
		await site.router.mustRun(["/etc/init.d/polywan-reports", "stop"]);
		configure("", "");
	});

	it("nothing runs while nothing is switched on", async () => {
		const reports = new Reports(site);
		await reports.stop();
		expect((await site.router.run(["/etc/init.d/polywan-reports", "start"])).code).toBe(0);
		expect(await reports.pids()).toEqual([]);
	});

	it("`polywan log` shows what the daemon wrote, with --follow as it comes", async () => {
		const { stdout } = await polywan.run("log");
		expect(stdout).toMatch(/polywan.*uplink=wan/);
		const follower = site.router.spawn(["polywan", "log", "--follow"]);
		let followed = "";
		follower.stdout?.on("data", (chunk: Buffer) => {
			followed += chunk.toString();
		});
		let wanted: "down" | "auto" = "auto";
		await until("a change of an uplink is followed", async () => {
			wanted = wanted === "auto" ? "down" : "auto";
			await polywan.run(wanted, "wanb");
			return /uplink=wanb/.test(followed);
		});
		await polywan.run("auto", "wanb");
		follower.kill();
	});
});
