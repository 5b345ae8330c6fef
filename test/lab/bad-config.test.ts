import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Problem } from "polywan-core/config/problem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { ConnectLoop } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { type PolywanConfig, renderPolywanConfig } from "./polywan-config.ts";
import { resolveInRoot } from "./root-path.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const path = "/etc/config/polywan";
const render = (config: PolywanConfig = {}) => renderPolywanConfig({ patient: true, ...config });
const good = render();
const longName = "a_name_that_has_forty_characters_in_all_";

const cases: readonly { what: string; config: string; place: string; message: RegExp; works?: string }[] = [
	{
		what: "an unknown option",
		config: render({ uplinks: { wan: { wieght: "3" }, wanb: { tier: "2" } } }),
		place: "polywan.wan.wieght",
		message: /is not an option of uplink.*weight/,
	},
	{
		what: "a policy naming a missing uplink",
		config: render({
			members: [
				["everything", "wan"],
				["everything", "wann"],
			],
		}),
		place: ".uplink 'wann'",
		message: /must be an uplink.*wan/,
	},
	{
		what: "a policy named like an uplink",
		config: render({ policies: { everything: {}, wan: {} } }),
		// To libuci, and so to every other program, such a file is not readable at all.
		place: "error: polywan:",
		message: /section of different type overwrites prior section with same name.* at line \d+/,
	},
	...["0", "-1", "1e9", "1000000000"].map((weight) => ({
		what: `weight ${weight}`,
		config: render({ uplinks: { wan: { weight }, wanb: { tier: "2" } } }),
		place: `polywan.wan.weight '${weight}'`,
		message: /must be a whole number from 1 to 1000/,
	})),
	{
		what: "an IPv6 target on an IPv4 uplink",
		config: render({
			uplinks: { wan: { family: "ipv4", target: [server(8).ipv4, server(8).ipv6] }, wanb: { tier: "2" } },
		}),
		place: `polywan.wan.target '${server(8).ipv6}'`,
		message: /must be an IPv4 address/,
	},
	{
		what: "a rule to nowhere",
		config: render({ rules: { lost: { dest_ip: "10.9.8.7", target: "nobody" } } }),
		place: "polywan.lost.target 'nobody'",
		message: /./,
	},
];

describe.skipIf(!asRoot)("bad input", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: good });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(() => ({ site, polywan }), good, putBack);

	/** What tests take away. */
	async function putBack(): Promise<void> {
		for (const program of ["nft", "iptables-restore", "ip6tables-restore"].map((name) => `/usr/sbin/${name}`))
			await site.router.run(["sh", "-c", `! [ -e ${program}.away ] || mv ${program}.away ${program}`]);
	}

	async function reload(config: string | Uint8Array): Promise<readonly Problem[]> {
		site.router.writeFile(path, config);
		const { problems } = await site.router.ubus("polywan", "reload");
		return problems as unknown as Problem[];
	}

	const works = () => site.host(0).run(["curl", "-s", "-m", "10", `http://${server(1).ipv4}/`]);

	it.each(cases)(
		"$what: a problem that says where and what; the rest works",
		async ({ config, place, message }) => {
			expect(await reload(config)).not.toEqual([]);
			const { code, stdout } = await polywan.run("check");
			expect(code).toBe(1);
			const line = stdout.split("\n").find((candidate) => candidate.includes(place));
			expect(line ?? stdout).toMatch(message);
			expect((await polywan.run("status")).stdout).toContain(line);
			expect((await works()).stdout.trim()).toBe(site.uplink("wan").lease.ipv4.address);
		},
	);

	it("a name of 40 characters works like any other", async () => {
		expect(
			await reload(
				render({
					uplinks: { [longName]: { interface: ["wan", "wan6"] }, wanb: { tier: "2" } },
					policies: { [`${longName}s`]: {} },
					rules: { [`rule_${longName}`]: { dest_ip: server(2).ipv4, target: "wanb" } },
				}),
			),
		).toEqual([]);
		await polywan.untilState("up", longName);
		expect((await works()).stdout.trim()).toBe(site.uplink("wan").lease.ipv4.address);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		expect(await reload(good)).toEqual([]);
		await polywan.untilState("up", "wan");
	});

	it.each([
		["a binary file", Uint8Array.from({ length: 4096 }, (_, index) => (index * 197 + 31) % 256)],
		["an unclosed quote", `${good}\nconfig uplink 'x\n`],
		["nonsense", "this is no configuration\n"],
	])("%s instead of a configuration: the last good one stays in force", async (_what, text) => {
		const [problem] = await reload(text);
		expect(problem).toMatchObject({ section: null, severity: "error" });
		expect(problem?.message).toMatch(/cannot be read: .*line \d+/);
		expect((await polywan.run("check")).code).toBe(1);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		expect((await works()).code).toBe(0);
		const pid = await polywan.pid();
		await site.router.mustRun(["kill", "-9", String(pid)]);
		await until("there is another daemon", async () => (await polywan.pid()) !== pid, {
			timeoutMs: 30_000,
		});
		await until("it goes on with the last good one", async () => (await polywan.status()).apply.ok);
		await polywan.untilState("up", "wan", "wanb");
		expect(await reload(good)).toEqual([]);
	});

	it("a configuration that is being written while it is read is taken when it is whole", async () => {
		const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
		const whole = render({ uplinks: { wan: { tier: "3" }, wanb: { tier: "2" } } });
		const pieces = whole.match(/[\s\S]{1,40}/g) ?? [];
		site.router.writeFile(path, "");
		const reading = site.router.ubus("polywan", "reload");
		let longestPauseMs = 0;
		for (const piece of pieces) {
			appendFileSync(resolveInRoot(site.router.rootPath, path), piece);
			const writtenMs = performance.now();
			await pause(5);
			longestPauseMs = Math.max(longestPauseMs, performance.now() - writtenMs);
		}
		const { problems } = await reading;
		// Whoever writes that slowly is taken for done; then it is read once more.
		if (longestPauseMs < 100) expect(problems).toEqual([]);
		else console.warn(`the writer was held up for ${Math.round(longestPauseMs)} ms`);
		await until("the whole of it is in force", async () => {
			const { uplinks, problems: left } = await polywan.status();
			return left.length === 0 && uplinks.map(({ tier }) => tier).join() === "3,2";
		});
		expect((await loop.stop()).filter(({ error }) => error !== null)).toEqual([]);
		await reload(good);
	});

	it("no configuration at all is a problem, and the daemon waits for one", async () => {
		await site.router.mustRun(["mv", path, "/tmp/polywan.config"]);
		const { problems } = await site.router.ubus("polywan", "reload");
		expect(problems).toMatchObject([{ severity: "error", message: /does not exist/ }]);
		await until("nothing is left in force", async () => (await polywan.run("diff")).code === 0);
		expect((await polywan.run("status")).stdout).toMatch(/No uplink is configured, so nothing is balanced/);
		await site.router.mustRun(["mv", "/tmp/polywan.config", path]);
		await site.router.ubus("polywan", "reload");
		await polywan.untilState("up", "wan", "wanb");
	});

	it("a full file system keeps it from nothing, and is told", async () => {
		const full = "mount -o remount,size=$(df -k /run | awk 'NR == 2 { print $3 }')k /run";
		await site.router.mustRun(["sh", "-c", full]);
		const pid = await polywan.pid();
		const problems = await reload(
			renderPolywanConfig({ uplinks: { wan: { tier: "3" }, wanb: { tier: "2" } } }),
		);
		await site.router.mustRun(["mount", "-o", "remount,size=100m", "/run"]);
		expect(problems).toMatchObject([{ severity: "warning", message: /^cannot be copied .*No space left/ }]);
		expect((await polywan.status()).uplinks.map(({ tier }) => tier)).toEqual([3, 2]);
		expect(await polywan.pid()).toBe(pid);
		expect(await reload(good)).toEqual([]);
	});

	it("without nft the other back end is used, and the problem names the package", async () => {
		await site.router.mustRun(["mv", "/usr/sbin/nft", "/usr/sbin/nft.away"]);
		const problems = await reload(render({ globals: { firewall: "nftables" } }));
		expect(problems).toMatchObject([{ option: "firewall", severity: "warning" }]);
		expect(problems[0]?.message).toMatch(/nft is missing \(install nftables\); iptables is used instead/);
		expect((await polywan.status()).firewall).toBe("iptables");
		expect((await works()).code).toBe(0);
		await site.router.mustRun(["mv", "/usr/sbin/nft.away", "/usr/sbin/nft"]);
		expect(await reload(good)).toEqual([]);
		expect((await polywan.status()).firewall).toBe("nftables");
	});

	it("iptables that take half of it are left without any of it, and tried again", async () => {
		const program = "/usr/sbin/iptables-restore";
		await site.router.mustRun(["mv", program, `${program}.away`]);
		site.router.writeFile(
			program,
			`#!/bin/sh
rules=$(cat)
case $rules in *"-A polywan"*) rules=$(printf '%s\\n' "$rules" '*mangle' '-A nowhere -j ACCEPT' COMMIT) ;; esac
printf '%s\\n' "$rules" | /usr/sbin/xtables-nft-multi iptables-restore "$@"
`,
		);
		await site.router.mustRun(["chmod", "755", program]);
		await reload(render({ globals: { firewall: "iptables" } }));
		await until("it is told", async () => !(await polywan.status()).apply.ok);
		expect((await polywan.status()).apply.error).toMatch(/iptables-restore.*nowhere|line \d+ failed/s);
		await until("nothing is left", async () => {
			const rules = await site.router.mustRun(["iptables-save"]);
			return !rules.includes("polywan");
		});
		await site.router.mustRun(["mv", `${program}.away`, program]);
		await until("it is in force", async () => (await polywan.status()).apply.ok, { timeoutMs: 30_000 });
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		expect((await works()).code).toBe(0);
		await reload(good);
	});

	it("without iptables likewise; without both it says so and tries again", async () => {
		const iptables = ["iptables-restore", "ip6tables-restore"].map((name) => `/usr/sbin/${name}`);
		for (const program of iptables) await site.router.mustRun(["mv", program, `${program}.away`]);
		const problems = await reload(render({ globals: { firewall: "iptables" } }));
		expect(problems[0]?.message).toMatch(/iptables-restore is missing .*nftables is used instead/);
		await site.router.mustRun(["mv", "/usr/sbin/nft", "/usr/sbin/nft.away"]);
		await reload(render({ uplinks: { wan: { tier: "3" }, wanb: { tier: "2" } } }));
		expect((await polywan.status()).apply).toMatchObject({
			ok: false,
			error: /neither nft nor iptables-restore/,
		});
		expect((await polywan.run("status")).stdout).toMatch(
			/neither nft nor iptables-restore is there: install/,
		);
		await site.router.mustRun(["mv", "/usr/sbin/nft.away", "/usr/sbin/nft"]);
		for (const program of iptables) await site.router.mustRun(["mv", `${program}.away`, program]);
		await until("it is in force", async () => (await polywan.status()).apply.ok, { timeoutMs: 30_000 });
		await reload(good);
	});
});
