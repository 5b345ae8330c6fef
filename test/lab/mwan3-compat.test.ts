import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tidyBeforeRetry } from "./before-retry.ts";
import { root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const program = join(root, "dist/x86_64/polywan-mwan3-compat");
const isPossible = process.getuid?.() === 0 && existsSync(program);

const config = renderPolywanConfig({
	patient: true,
	uplinks: { wan: {}, wanb: {} },
	policies: { balanced: { mode: "weighted" }, wan_only: { mode: "failover" } },
	members: [
		["balanced", "wan", { weight: "3" }],
		["balanced", "wanb", { weight: "2" }],
		["wan_only", "wan"],
	],
	rules: {
		https: { proto: "tcp", dest_port: "443", target: "wan_only" },
		rest4: { family: "ipv4", target: "balanced" },
	},
});

/** Writes down what it is called with. */
const RECORDER = '#!/bin/sh\necho "$1 $ACTION $INTERFACE $DEVICE" >> /tmp/mwan3.calls\n';

interface InterfaceStatus {
	status: string;
	tracking: string;
	running: boolean;
	enabled: boolean;
	up: boolean;
	online: number;
	offline: number;
	age: number;
	uptime: number;
	score: number;
	lost: number;
	turn: number;
	track_ip: { ip: string; status: string; latency: number; packetloss: number }[];
}

describe.skipIf(!isPossible)("mwan3's names on polywan", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config });
		polywan = new Polywan(site);
		const { router } = site;
		router.writeFile("/usr/sbin/polywan-mwan3-compat", readFileSync(program), 0o755);
		for (const path of ["usr/sbin/mwan3", "etc/init.d/mwan3"])
			router.writeFile(`/${path}`, readFileSync(join(root, "rootfs-overlay", path)), 0o755);
		router.writeFile("/etc/mwan3.user", RECORDER.replace("$1", "user"), 0o755);
		router.writeFile("/etc/hotplug.d/iface/99-recorder", RECORDER.replace("$1", "hotplug"), 0o755);
		await polywan.untilState("up", "wan", "wanb");
		await router.mustRun(["sh", "-c", "/etc/init.d/mwan3 enable; /etc/init.d/mwan3 start"]);
		await until("mwan3 is on the bus", async () => (await router.bus.list("mwan3")).length > 0, {
			timeoutMs: 30_000,
		});
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(
		() => ({ site, polywan }),
		config,
		() => site.router.run(["/etc/init.d/mwan3", "start"]),
	);

	/** None where there is no such object. */
	const names = (pattern: string) => site.router.bus.list(pattern).catch(() => []);
	const mwan3 = (...words: string[]) => site.router.run(["mwan3", ...words]);

	async function interfaces(only?: string): Promise<Record<string, InterfaceStatus>> {
		const args = { section: "interfaces", ...(only !== undefined && { interface: only }) };
		const { interfaces: all } = await site.router.ubus("mwan3", "status", args);
		return all as unknown as Record<string, InterfaceStatus>;
	}

	function calls(): string[] {
		const { rootPath } = site.router;
		return existsSync(join(rootPath, "tmp/mwan3.calls"))
			? readFileSync(join(rootPath, "tmp/mwan3.calls"), "utf8").trim().split("\n")
			: [];
	}

	it("ubus: the interfaces as collectors expect them", async () => {
		const all = await until("all four are online", async () => {
			const found = await interfaces();
			return Object.values(found).filter(({ status }) => status === "online").length === 4 && found;
		});
		expect(Object.keys(all)).toEqual(["wan", "wan6", "wanb", "wanb6"]);
		expect(all.wan).toEqual({
			age: expect.any(Number),
			online: expect.any(Number),
			offline: 0,
			uptime: expect.any(Number),
			score: 10,
			lost: 0,
			turn: 0,
			status: "online",
			enabled: true,
			running: true,
			tracking: "active",
			up: true,
			track_ip: [
				{
					ip: "203.0.113.8",
					status: expect.stringMatching(/^(up|unknown|down)$/),
					latency: expect.any(Number),
					packetloss: 0,
				},
				{
					ip: "203.0.113.9",
					status: expect.stringMatching(/^(up|unknown|down)$/),
					latency: expect.any(Number),
					packetloss: 0,
				},
			],
		});
		expect(Object.keys(await interfaces("wanb6"))).toEqual(["wanb6"]);
		expect(await interfaces("nothing")).toEqual({});
	});

	it("ubus: policies with percentages, connected networks, and all three together", async () => {
		const { policies } = await site.router.ubus("mwan3", "status", { section: "policies" });
		expect(policies).toEqual({
			ipv4: {
				balanced: [
					{ interface: "wan", percent: 60 },
					{ interface: "wanb", percent: 40 },
				],
				wan_only: [{ interface: "wan", percent: 100 }],
			},
			ipv6: {
				balanced: [
					{ interface: "wan6", percent: 60 },
					{ interface: "wanb6", percent: 40 },
				],
				wan_only: [{ interface: "wan6", percent: 100 }],
			},
		});
		const { connected } = (await site.router.ubus("mwan3", "status", { section: "connected" })) as {
			connected: { ipv4: string[]; ipv6: string[] };
		};
		expect(connected.ipv4).toEqual(
			expect.arrayContaining(["192.168.1.0/24", "100.64.1.0/24", "224.0.0.0/3"]),
		);
		expect(connected.ipv6).toContain("fd00:1::/64");
		expect(Object.keys(await site.router.ubus("mwan3", "status", {})).sort()).toEqual([
			"connected",
			"interfaces",
			"policies",
		]);
	});

	it("the command: its parts and lines", async () => {
		const { code, stdout } = await mwan3("interfaces");
		expect(code).toBe(0);
		expect(stdout).toMatch(
			/^Interface status:\n interface wan is online and tracking is active \(online \d\dh:\d\dm:\d\ds, uptime \d\dh:\d\dm:\d\ds\)\n interface wan6 is online/,
		);
		expect((await mwan3("policies")).stdout).toContain(
			"Current ipv4 policies:\nbalanced:\n wan (60%)\n wanb (40%)\nwan_only:\n wan (100%)\n\nCurrent ipv6 policies:\n",
		);
		expect((await mwan3("connected")).stdout).toMatch(
			/^Directly connected ipv4 networks:\n[\s\S]*\n192\.168\.1\.0\/24\n/,
		);
		const rules = (await mwan3("rules")).stdout;
		expect(rules).toMatch(
			/^Active ipv4 user rules:\n - wan_only {2}.*443.*\n - balanced {2}.*\n\nActive ipv6 user rules:\n - wan_only {2}.*\n\n$/,
		);
		const status = (await mwan3("status")).stdout;
		for (const part of [
			"Interface status:",
			"Current ipv4 policies:",
			"Directly connected ipv6 networks:",
			"Active ipv6 user rules:",
		])
			expect(status).toContain(`${part}\n`);
		expect((await mwan3("internal")).stdout).toMatch(
			/^Software-Version\n-+\npolywan - [\s\S]*Output of "ip -4 rule show"\n-+\n/,
		);
	});

	it("the command: help, and mwan3's answer to a wrong number of arguments", async () => {
		const help = await mwan3();
		expect(help.code).toBe(0);
		expect(help.stdout).toMatch(/^Syntax: mwan3 \[command\]\n\nAvailable commands:\n/);
		expect(await mwan3("ifup")).toMatchObject({
			code: 0,
			stdout: "Error: Expecting interface. Usage: mwan3 ifup <interface>\n",
		});
		expect(await mwan3("ifdown", "a", "b")).toMatchObject({
			code: 0,
			stdout: "Error: Too many arguments. Usage: mwan3 ifdown <interface>\n",
		});
		expect(await mwan3("ifdown", "nothing")).toMatchObject({ code: 1, stdout: "" });
	});

	it("scripts are told once of what was up, and not again after a restart", async () => {
		await until(
			"scripts were told of every interface",
			() => calls().filter((line) => /connected/.test(line)).length >= 8,
			{ timeoutMs: 30_000 },
		);
		const before = calls();
		expect(before.filter((line) => / wan /.test(line))).toEqual([
			"user ifup wan eth1",
			"hotplug connected wan eth1",
			"user connected wan eth1",
		]);
		await site.router.mustRun(["sh", "-c", "/etc/init.d/mwan3 stop; /etc/init.d/mwan3 start"]);
		await until("mwan3 is on the bus again", async () => (await site.router.bus.list("mwan3")).length > 0, {
			timeoutMs: 30_000,
		});
		await until("it answers", async () => Object.keys(await interfaces()).length === 4);
		expect(calls()).toEqual(before);
	});

	it("a line that dies: status, files and calls", async () => {
		await site.uplink("wan").blackhole();
		await polywan.untilState("down", "wan");
		await until("mwan3's object says so", async () => (await interfaces("wan")).wan?.status === "offline");
		expect((await interfaces("wan")).wan).toMatchObject({
			score: 0,
			online: 0,
			up: true,
			tracking: "active",
		});
		expect((await mwan3("interfaces")).stdout).toContain(
			" interface wan is offline and tracking is active\n",
		);
		await until("its policy has nobody left", async () =>
			(await mwan3("policies")).stdout.includes("wan_only:\n unreachable\n"),
		);
		await until("scripts were told", () =>
			["user disconnected wan eth1", "hotplug disconnected wan6 eth1"].every((call) =>
				calls().includes(call),
			),
		);
		const file = (name: string) => site.router.readFile(`/var/run/mwan3track/wan/${name}`).trim();
		await until("the files say so", () => file("STATUS") === "offline");
		await until("so do the others", () => file("TRACK_203.0.113.8") === "down");
		expect([file("ONLINE"), file("SCORE")]).toEqual(["0", "0"]);
		await site.uplink("wan").heal();
		await polywan.untilState("up", "wan");
		await until("scripts were told of its return", () => calls().at(-1)?.includes(" connected wan") ?? false);
		await until("the files say so, too", () => file("STATUS") === "online");
	});

	it("a link that goes is an ifdown", async () => {
		await site.uplink("wanb").carrier(false);
		await until("scripts were told", () => calls().some((line) => /^user ifdown wanb /.test(line)));
		expect((await mwan3("interfaces")).stdout).toMatch(
			/^ interface wanb is offline and tracking is paused \(16\)$/m,
		);
		await site.uplink("wanb").carrier(true);
		await polywan.untilState("up", "wanb");
	});

	it("use: a command over an interface, with mwan3's variables and the command's exit code", async () => {
		const script = 'echo "$DEVICE $SRCIP $FAMILY"; curl -s -m 20 http://203.0.113.1/; exit 7';
		const { code, stdout } = await mwan3("use", "wanb", "sh", "-c", script);
		const address = site.uplink("wanb").lease.ipv4.address;
		expect({ code, lines: stdout.trim().split(/\s*\n/) }).toEqual({
			code: 7,
			lines: [`eth2 ${address} ipv4`, address],
		});
		expect((await mwan3("use", "nothing", "true")).code).toBe(1);
		expect((await mwan3("use", "wan")).stdout).toMatch(/^Error: Expecting interface and command/);
	});

	it("polywan doctor does not take it for mwan3", async () => {
		expect((await polywan.run("doctor")).stdout).not.toMatch(/mwan3/);
	});

	it("ifdown and ifup by hand", async () => {
		expect((await mwan3("ifdown", "wanb")).code).toBe(0);
		await until("it is out of use", async () => (await interfaces("wanb")).wanb?.status === "disabled");
		expect((await polywan.uplink("wanb")).wanted).toBe("down");
		expect((await mwan3("ifup", "wanb")).code).toBe(0);
		await polywan.untilState("up", "wanb");
		await until("it is in use again", async () => (await interfaces("wanb")).wanb?.status === "online");
	});

	it("stop and start are polywan's", async () => {
		expect((await mwan3("stop")).code).toBe(0);
		await until("polywan is gone", async () => (await names("polywan")).length === 0, { timeoutMs: 30_000 });
		expect(await mwan3("status")).toMatchObject({
			code: 1,
			stderr: expect.stringContaining("polywan does not run"),
		});
		await expect(site.router.ubus("mwan3", "status", {})).rejects.toThrow();
		expect((await mwan3("start")).code).toBe(0);
		await until("polywan is back", async () => (await names("polywan")).length > 0, { timeoutMs: 30_000 });
		await polywan.untilState("up", "wan", "wanb");
	});
});
