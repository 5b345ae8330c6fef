import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportPreview } from "polywan-core/import/preview";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const isPossible = process.getuid?.() === 0 && existsSync(join(root, "dist/x86_64/polywan"));

/** As mwan3 ships it, with the lab's addresses and an interface that is made up. */
const MWAN3 = `
config globals 'globals'
	option mmx_mask '0x3F00'

config interface 'wan'
	option enabled '1'
	list track_ip '203.0.113.8'
	list track_ip '203.0.113.9'
	option family 'ipv4'
	option reliability '1'

config interface 'wan6'
	option enabled '1'
	list track_ip '2001:db8:ffff::8'
	option family 'ipv6'
	option reliability '1'

config interface 'wanb'
	option enabled '1'
	list track_ip '203.0.113.8'
	option family 'ipv4'
	option flavour 'vanilla'

config member 'wan_m1_w3'
	option interface 'wan'
	option metric '1'
	option weight '3'

config member 'wan6_m1_w3'
	option interface 'wan6'
	option metric '1'
	option weight '3'

config member 'wanb_m1_w1'
	option interface 'wanb'
	option metric '1'
	option weight '1'

config member 'wanb_m2_w1'
	option interface 'wanb'
	option metric '2'
	option weight '1'

config policy 'balanced'
	list use_member 'wan_m1_w3'
	list use_member 'wan6_m1_w3'
	list use_member 'wanb_m1_w1'

config policy 'wanb_only'
	list use_member 'wanb_m2_w1'

config rule 'mail'
	option proto 'tcp'
	option dest_port '25'
	option family 'ipv4'
	option use_policy 'wanb_only'

config rule 'default_rule_v4'
	option dest_ip '0.0.0.0/0'
	option use_policy 'balanced'
	option family 'ipv4'

config rule 'default_rule_v6'
	option dest_ip '::/0'
	option use_policy 'balanced'
	option family 'ipv6'
`;

const EMPTY = "# mine\nconfig globals 'globals'\n\toption log_level 'info'\n";

describe.skipIf(!isPossible)("polywan import mwan3", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: EMPTY, files: { "/etc/config/mwan3": MWAN3 } });
		polywan = new Polywan(site);
	});
	afterAll(() => site?.close());

	const config = () => site.router.readFile("/etc/config/polywan");
	const forgetCopies = () => site.router.mustRun(["sh", "-c", "rm -f /etc/polywan.before-import*"]);

	it("prints the file without writing it, and what is to be said beside it", async () => {
		const { code, stdout, stderr } = await polywan.run("import", "mwan3", "--dry-run");
		expect(code).toBe(0);
		expect(stdout).toMatch(
			/^# Made from \/etc\/config\/mwan3 by `polywan import mwan3`\.\n\nconfig globals 'globals'\n/,
		);
		expect(stderr).toMatch(/^polywan: mwan3\.wanb\.flavour 'vanilla': not kept, because .*/m);
		expect(stderr).toMatch(/^polywan: \d+ options and sections mean the same as before/m);
		expect(config()).toBe(EMPTY);
	});

	it("writes where there are no uplinks, keeps what was there, and leaves the old file alone", async () => {
		site.router.writeFile("/etc/config/polywan", EMPTY);
		await forgetCopies();
		const { code, stdout } = await polywan.run("import", "mwan3");
		expect(code).toBe(0);
		expect(stdout).toContain("/etc/config/polywan as it was is kept as /etc/polywan.before-import.\n");
		expect(stdout).toMatch(/is written\.\nTo switch: .*--switch/);
		expect(site.router.readFile("/etc/polywan.before-import")).toBe(EMPTY);
		expect(site.router.readFile("/etc/config/mwan3")).toBe(MWAN3);
		const dry = await polywan.run("import", "mwan3", "--dry-run");
		expect(config()).toBe(dry.stdout);
		expect((await polywan.run("check")).stdout).toBe("No problem found.\n");
	});

	it("what is imported works as it did", async () => {
		await site.uplink("wan").heal();
		await site.router.mustRun(["reload_config"]);
		await polywan.untilState("up", "wan", "wanb");
		const wanted = {
			balanced: {
				ipv4: [
					{ uplink: "wan", percent: 75 },
					{ uplink: "wanb", percent: 25 },
				],
				ipv6: [{ uplink: "wan", percent: 100 }],
			},
			wanb_only: { ipv4: [{ uplink: "wanb", percent: 100 }], ipv6: [] },
		};
		await until("shares are as they were", async () => {
			const { policies } = await polywan.status();
			const shares = Object.fromEntries(policies.map(({ name, ipv4, ipv6 }) => [name, { ipv4, ipv6 }]));
			expect(shares).toEqual(wanted);
			return true;
		});
		const { rules } = await polywan.status();
		expect(rules.map(({ name }) => name)).toEqual(["mail"]);
		await until("mail goes by wanb", async () => {
			const { stdout } = await polywan.run("why", "192.168.1.100", "203.0.113.1", "tcp", "25");
			return /: uplink wanb \(eth2\)\n/.test(stdout);
		});
		await site.uplink("wan").blackhole();
		await polywan.untilState("down", "wan");
		await until("the policy goes by wanb alone", async () =>
			/^balanced +\S+ +wanb 100 %/m.test((await polywan.run("policies")).stdout),
		);
		await site.uplink("wan").heal();
	});

	it("does not replace uplinks unless forced, and then keeps every file before", async () => {
		await forgetCopies();
		site.router.writeFile("/etc/polywan.before-import", EMPTY);
		const before = config();
		const refused = await polywan.run("import", "mwan3");
		expect(refused.code).toBe(1);
		expect(refused.stderr).toContain("has uplinks already (wan, wanb); --force replaces it");
		expect(config()).toBe(before);
		expect((await polywan.run("import", "mwan3", "--force")).code).toBe(0);
		expect(site.router.readFile("/etc/polywan.before-import.2")).toBe(before);
		expect(site.router.readFile("/etc/polywan.before-import")).toBe(EMPTY);
	});

	it("switches with one command: mwan3 off, polywan on", async () => {
		const { router } = site;
		await router.mustRun(["rm", "-f", "/tmp/mwan3.actions"]);
		router.writeFile("/etc/init.d/mwan3", '#!/bin/sh\necho "$1" >> /tmp/mwan3.actions\n', 0o755);
		await router.mustRun(["/etc/init.d/polywan", "stop"]);
		const { code, stdout } = await polywan.run("import", "mwan3", "--force", "--switch");
		expect(code).toBe(0);
		expect(stdout).toContain("polywan has taken over");
		expect(router.readFile("/tmp/mwan3.actions")).toBe("stop\ndisable\n");
		await until("polywan is on the bus", async () => (await router.bus.list("polywan")).length > 0, {
			timeoutMs: 30_000,
		});
		await polywan.untilState("up", "wan", "wanb");
	});

	it("can be simulated", async () => {
		const simulate = (events: string, option = "") =>
			site.router.run(["sh", "-c", `printf '${events}' | polywan simulate --events - ${option}`]);
		const { code, stdout } = await simulate("0 * load 30%%\\n10s wan down\\n15s end\\n", "--json");
		expect(code).toBe(0);
		const { happenings } = JSON.parse(stdout) as {
			happenings: { kind: string; uplink?: string; to?: string; atMs: number }[];
		};
		const down = happenings.find(
			({ kind, uplink, to }) => kind === "state" && uplink === "wan" && to === "down",
		);
		expect(down?.atMs).toBeGreaterThan(10_000);
		expect(down?.atMs).toBeLessThan(10_600);
		const wrong = await simulate("5s wan explode");
		expect(wrong.code).toBe(1);
		expect(wrong.stderr).toMatch(/line 1 "5s wan explode": 'explode' must be down, up/);
		expect((await polywan.run("simulate")).code).toBe(2);
	});

	it("a file with errors is imported only when forced; other formats and files are refused", async () => {
		const half =
			"config interface 'wan'\n\toption enabled '1'\nconfig interface 'wanb\n\toption enabled '1'\n";
		site.router.writeFile("/tmp/broken", half);
		const refused = await polywan.run("import", "mwan3", "/tmp/broken");
		expect(refused.code).toBe(1);
		expect(refused.stdout).toMatch(/lines cannot be read.*Parse error/);
		expect(refused.stderr).toContain("--force imports what could be read");
		expect((await polywan.run("import", "pbr")).code).toBe(2);
		expect((await polywan.run("import", "mwan3", "/tmp/nothing")).code).toBe(1);
	});

	it("as JSON: the text and every note", async () => {
		const { stdout } = await polywan.run("import", "mwan3", "--dry-run", "--json");
		const { config: text, notes } = JSON.parse(stdout) as {
			config: string;
			notes: { kind: string; option: string }[];
		};
		expect(text).toBe(readFileSync(join(site.router.rootPath, "etc/config/polywan"), "utf8"));
		expect(notes.find(({ option }) => option === "flavour")?.kind).toBe("lost");
	});
	it("over the bus: what would be written, with every note", async () => {
		const before = site.router.readFile("/etc/config/polywan");
		const { present, sections, notes } = (await site.router.ubus(
			"polywan",
			"import",
		)) as unknown as ImportPreview;
		expect(present).toBe(true);
		expect(sections.map(({ name }) => name)).toEqual(expect.arrayContaining(["wan", "wanb", "balanced"]));
		expect(notes.find(({ option }) => option === "flavour")?.kind).toBe("lost");
		expect(site.router.readFile("/etc/config/polywan")).toBe(before);
	});
});
