import type { Status } from "polywan-core/status";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

const config = renderPolywanConfig({
	patient: true,
	uplinks: { wan: { weight: "3" }, wanb: {}, spare: { enabled: "0" } },
	policies: { balanced: { mode: "weighted" } },
	rules: { games: { proto: "udp", dest_port: "3000-3100", src_ip: "192.168.1.0/24", target: "wanb" } },
});

const hook = `#!/bin/sh
echo "$ACTION $UPLINK $FAMILY $INTERFACE $DEVICE $REASON" >> /tmp/hook.log
[ "$ACTION" != down ] || sleep 30
`;

describe.skipIf(!asRoot)("the command polywan", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(
		() => ({ site, polywan }),
		config,
		() =>
			site.router.run(["sh", "-c", "pkill -CONT -f 'polywan daemon'; rm -f /etc/polywan.user /tmp/hook.log"]),
	);

	it("shows everything at a glance, without colours where nobody sees them", async () => {
		const { code, stdout, stderr } = await polywan.run("status");
		expect([code, stderr]).toEqual([0, ""]);
		const lines = stdout.split("\n");
		expect(lines[0]).toMatch(/^polywan \d+\.\d+\.\d+, nftables, running for /);
		expect(lines).toContainEqual(
			expect.stringMatching(/^UPLINK +FAMILY +STATE +FOR +RTT +LOSS +DEVICE +ADDRESS/),
		);
		expect(lines).toContainEqual(expect.stringMatching(/^wan +IPv4 +up .* 0 % +eth1 +100\.64\.1\.2 /));
		expect(lines).toContainEqual(expect.stringMatching(/^ +IPv6 +up .* 0 % +eth1 +2001:db8:1::2 /));
		expect(lines).toContainEqual(expect.stringMatching(/^spare +disabled /));
		expect(lines).toContainEqual("balanced  weighted  wan 75 %, wanb 25 %  wan 75 %, wanb 25 %");
		expect(stdout).toMatch(/^games +.*udp.*192\.168\.1\.0\/24.*3000-3100 +uplink wanb$/m);
		expect(stdout).not.toContain("\u001b");
	});

	it("uses colours on a terminal, unless NO_COLOR is set", async () => {
		const onTerminal = (command: string) => site.router.run(["script", "-qec", command, "/dev/null"]);
		expect((await onTerminal("polywan status")).stdout).toContain("\u001b[32mup");
		expect((await onTerminal("NO_COLOR=1 polywan status")).stdout).not.toContain("\u001b");
	});

	it.each(["status", "uplinks", "policies", "rules", "events"])(
		"gives the values of ubus with %s --json",
		async (verb) => {
			const { code, stdout } = await polywan.run(verb, "--json");
			expect(code).toBe(0);
			const answer = await site.router.ubus("polywan", verb);
			expect(Object.keys(JSON.parse(stdout))).toEqual(Object.keys(answer));
		},
	);

	it("tells what happened, the last of it, and what came after", async () => {
		expect((await polywan.run("events", "--limit", "2")).stdout.trim().split("\n").length).toBe(2);
		await until("nothing has happened since the last", async () => {
			const all: { events: { sequence: number }[] } = JSON.parse(
				(await polywan.run("events", "--json")).stdout,
			);
			const last = all.events.at(-1)?.sequence ?? 0;
			const { stdout } = await polywan.run("events", `--since=${last}`);
			return stdout === "Nothing has happened yet.\n";
		});
	});

	it("takes an uplink down, up, and back to its probes", async () => {
		expect((await polywan.run("down", "wan")).code).toBe(0);
		expect((await polywan.run("uplinks")).stdout).toMatch(/^wan +IPv4 +down .*kept down by hand/m);
		expect((await polywan.run("policies")).stdout).toMatch(/^balanced +weighted +wanb 100 %/m);
		expect((await polywan.run("up", "wan")).code).toBe(0);
		expect((await polywan.run("uplinks")).stdout).toMatch(/^wan +IPv4 +up .*kept up by hand/m);
		expect((await polywan.run("auto", "wan")).code).toBe(0);
		const status: Status = JSON.parse((await polywan.run("status", "--json")).stdout);
		expect(status.uplinks[0]?.wanted).toBe("auto");
		expect(await polywan.run("down", "nobody")).toMatchObject({
			code: 1,
			stderr: "polywan: there is no uplink 'nobody'; `polywan uplinks` lists them\n",
		});
	});

	it("prints scripts that the programs take", async () => {
		const scripts: Record<string, string> = JSON.parse((await polywan.run("script", "--json")).stdout);
		expect(Object.keys(scripts)).toEqual(["ip -4 -force -batch -", "ip -6 -force -batch -", "nft -f -"]);
		const check = await site.router.run(["nft", "-c", "-f", "-"], { input: scripts["nft -f -"] ?? "" });
		expect(check).toMatchObject({ code: 0 });
	});

	it("says what differs in the kernel", async () => {
		expect(await polywan.run("diff")).toMatchObject({ code: 0, stdout: "Nothing differs.\n" });
		const pid = await polywan.pid();
		await site.router.mustRun(["kill", "-STOP", String(pid)]);
		await site.router.mustRun([
			"sh",
			"-c",
			"ip rule del priority 6101; nft flush chain inet polywan prerouting",
		]);
		const ubusd = await site.router.run(["sh", "-c", "UBUS_SOCKET=/nowhere polywan diff"]);
		expect(ubusd.code).toBe(1);
		expect(ubusd.stdout).toMatch(/^\+ ip -4 rule priority 6101 /m);
		expect(ubusd.stdout).toMatch(/^\+ chain prerouting/m);
		expect(ubusd.stderr).toMatch(/cannot reach ubusd at \/nowhere.* the daemon itself runs as process/);
		await site.router.mustRun(["kill", "-CONT", String(pid)]);
		await until("the daemon has repaired it", async () => (await polywan.run("diff")).code === 0);
	});

	it("follows events as they come", async () => {
		const child = site.router.spawn(["polywan", "watch", "--json"]);
		let said = "";
		child.stdout?.on("data", (chunk) => {
			said += chunk;
		});
		await until("watch hears of it", async () => {
			await polywan.run("down", "wanb");
			await polywan.run("auto", "wanb");
			return said.includes("kept down by hand");
		});
		for (const line of said.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("reason");
		child.kill();
	});

	it.each([
		[["sideways"], 2, /there is no verb 'sideways'/],
		[["status", "--colour"], 2, /unknown option '--colour'\nUsage: polywan status/],
		[["status", "more"], 2, /unexpected 'more'/],
		[["up"], 2, /which uplink\?/],
		[["events", "--limit", "many"], 2, /must be a whole number/],
		[["help", "nothing"], 2, /there is no verb 'nothing'/],
		[["check", "/nowhere"], 1, /there is no file \/nowhere/],
	])("answers %j with exit code %i and says why", async (words, code, message) => {
		const result = await polywan.run(...words);
		expect(result.code).toBe(code);
		expect(result.stderr).toMatch(message);
	});

	it("explains itself: verbs, one verb, options, exit codes, version", async () => {
		const help = (await polywan.run("help")).stdout;
		for (const verb of ["status", "down", "check", "script", "diff", "watch"])
			expect(help).toMatch(new RegExp(`^  ${verb} `, "m"));
		expect(help).toMatch(/Exit codes: 0 .*3\s+the daemon does not run/s);
		expect((await polywan.run("diff", "--help")).stdout).toMatch(/^Usage: polywan diff \[--json\]/);
		expect((await polywan.run("help", "options")).stdout).toMatch(
			/option weight\n +.*\n +Allowed: a whole number from 1 to 1000\. Default: 1\./,
		);
		expect((await polywan.run("version")).stdout).toMatch(/^polywan \d+\.\d+\.\d+ \(runtime [0-9a-f]+\)\n$/);
	});

	it("completes verbs, uplinks and options", async () => {
		const complete = async (...words: string[]) =>
			(await polywan.run("__complete", ...words)).stdout.trim().split("\n");
		expect(await complete("stat")).toEqual(["status"]);
		expect(await complete("down", "wa")).toEqual(["wan", "wanb"]);
		expect(await complete("events", "--")).toContain("--json");
		expect(await complete("help", "opt")).toEqual(["options"]);
		expect(await complete("help", "options", "dest_p")).toEqual(["dest_port"]);
		expect(await complete("apply", "con")).toEqual(["confirm"]);
		expect(await complete("connections", "--uplink", "wanb")).toEqual(["wanb"]);
		expect(await complete("down", "wan", "")).toEqual([""]);
	});

	it("runs the user's script on events, one after the other, and not for longer than allowed", async () => {
		site.router.writeFile("/etc/polywan.user", hook, 0o755);
		site.router.writeFile(
			"/etc/config/polywan",
			`${config}\nconfig globals\n\toption hook_timeout '500ms'\n`.replace(/^config globals 'globals'\n/, ""),
		);
		await polywan.run("reload");
		await site.uplink("wanb").carrier(false);
		const log = () => site.router.readFile("/tmp/hook.log");
		await until("both families were told", () =>
			["ipv4", "ipv6"].every((family) => new RegExp(`^down wanb ${family} `, "m").test(log())),
		);
		await until("the time-out is an event", async () =>
			(await polywan.events()).some(
				({ kind, reason }) => kind === "hook" && /took longer than 500 ms/.test(reason),
			),
		);
		await site.uplink("wanb").carrier(true);
		await until("it is up again", () => /^up wanb ipv4 wanb eth2 /m.test(log()));
		const isAsleep = async () => (await site.router.run(["pgrep", "-f", "sleep 30"])).code === 0;
		await until("none is left that was ended", async () => !(await isAsleep()));
	});

	it("is quick, and so is the end of the daemon", async () => {
		// The processor's time: how long it takes depends on what else the machine does.
		const ten = "for n in 0 1 2 3 4 5 6 7 8 9; do polywan version > /dev/null; done; cat /proc/$$/stat";
		const stat = await site.router.mustRun(["sh", "-c", ten]);
		// cutime and cstime of proc(5), in hundredths of a second.
		const [user = 0, system = 0] = stat
			.replace(/^.*\) /s, "")
			.split(" ")
			.slice(13, 15)
			.map(Number);
		const meanMs = ((user + system) * 10) / 10;
		expect(meanMs).toBeLessThan(200);
		const pid = await polywan.pid();
		await site.router.mustRun(["kill", "-TERM", String(pid)]);
		await until(
			"the daemon has ended",
			async () => (await site.router.run(["kill", "-0", String(pid)])).code !== 0,
		);
	});

	it("finds its way without the daemon: what is wrong, what is in force", async () => {
		await site.router.mustRun(["ubus", "call", "service", "delete", '{"name":"polywan"}']);
		await until("nobody answers", async () => (await polywan.run("status")).code === 3, {
			timeoutMs: 30_000,
		});
		expect((await polywan.run("status")).stderr).toMatch(
			/does not run; start it .* rules of the last daemon are still in force/,
		);
		expect((await polywan.run("check")).code).toBe(0);
		expect((await polywan.run("diff")).code).toBe(0);
		expect((await polywan.run("config")).stdout).toContain('"uplinks"');
		expect((await site.host(0).run(["curl", "-s", "-m", "10", `http://${server(1).ipv4}/`])).code).toBe(0);
		expect((await polywan.run("clear")).code).toBe(0);
		expect(await site.router.mustRun(["ip", "rule"])).not.toMatch(/^6\d{3}:/m);
		expect((await polywan.run("status")).stderr).toMatch(
			/does not run; start it with \/etc\/init\.d\/polywan start\n$/,
		);
	});
});
