import type { ChildProcess } from "node:child_process";
import type { ConnectionPage, PolicyStatus } from "polywan-core/status";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

/** Opens that many connections one after the other and holds them; says "ready" then, and "lost" when one ends. */
const holder = `
const [address, count, pauseMs] = process.argv.slice(1);
const open = (left) => {
	if (left === 0) return console.log("ready");
	const socket = require("net").connect(7, address, () => setTimeout(open, Number(pauseMs), left - 1));
	socket.on("close", () => console.log("lost"));
	socket.on("error", () => {});
};
open(Number(count));
process.stdin.on("end", () => process.exit()).resume();
`;

/** Sends eight megabits a second, also where its turns come late. */
const flood = `
const [address] = process.argv.slice(1);
const socket = require("dgram").createSocket(address.includes(":") ? "udp6" : "udp4");
const packet = Buffer.alloc(1200);
const startMs = performance.now();
let sent = 0;
setInterval(() => { for (; sent < (performance.now() - startMs) * 0.9; sent++) socket.send(packet, 9999, address); }, 10);
process.stdin.on("end", () => process.exit()).resume();
`;

const to = (number: number, target: string) => ({ dest_ip: Object.values(server(number)), target });
const line = { download: "10M", upload: "10M", interval: "200ms" };

const config = renderPolywanConfig({
	patient: true,
	globals: { default_policy: "hand" },
	uplinks: { wan: { tier: "1", ...line }, wanb: { tier: "2", ...line } },
	policies: {
		hand: { mode: "custom" },
		turns: { mode: "round_robin" },
		few: { mode: "least_connections" },
		fast: { mode: "latency" },
		free: { mode: "least_used" },
		spill: { mode: "overflow", overflow_at: "50" },
		flows: { mode: "flow_hash" },
		good: { mode: "quality" },
	},
	rules: {
		load: { dest_ip: server(9).ipv4, proto: "udp", dest_port: "9999", target: "wan" },
		to_turns: to(2, "turns"),
		to_few: to(3, "few"),
		to_fast: to(4, "fast"),
		to_free: to(5, "free"),
		to_spill: to(6, "spill"),
		to_flows: to(7, "flows"),
	},
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("modes of policies with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;
	const children: ChildProcess[] = [];

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(async () => {
		for (const child of children) child.kill();
		await site?.close();
	});
	tidyBeforeRetry(
		() => ({ site, polywan }),
		config,
		async () => {
			for (const child of children.splice(0)) child.kill();
		},
	);

	/** Name of the uplink that a new connection takes. */
	async function uplinkTo(number: number): Promise<string> {
		const { stdout } = await site.host(0).run(["curl", "-s", "-m", "10", `http://${server(number).ipv4}/`]);
		const found = site.uplinks.find(({ lease }) => lease.ipv4?.address === stdout.trim());
		return found?.name ?? `nowhere (${stdout.trim()})`;
	}

	/** A back end may need a moment for what is decided; one that takes turns until then takes the right one by chance, too. */
	async function untilTaken(number: number, uplink: string): Promise<void> {
		await until(
			`connections take ${uplink}`,
			async () => (await uplinksTo(number, 4)).every((taken) => taken === uplink),
			{ timeoutMs: 30_000 },
		);
	}

	async function uplinksTo(number: number, count: number): Promise<readonly string[]> {
		const taken: string[] = [];
		for (let turn = 0; turn < count; turn++) taken.push(await uplinkTo(number));
		return taken;
	}

	function start(code: string, ...words: string[]): { lines: string[]; end: () => void } {
		const child = site.host(0).spawn([process.execPath, "-e", code, "--", ...words]);
		const lines: string[] = [];
		children.push(child);
		child.stdout?.on("data", (chunk) => lines.push(...String(chunk).trim().split("\n")));
		return { lines, end: () => child.stdin?.end() };
	}

	async function hold(number: number, count: number, pauseMs = 40) {
		const held = start(holder, server(number).ipv4, String(count), String(pauseMs));
		await until(`${count} connections are open`, () => held.lines.includes("ready"), { timeoutMs: 40_000 });
		return held;
	}

	async function policy(name: string): Promise<PolicyStatus> {
		const found = (await polywan.status()).policies.find((entry) => entry.name === name);
		if (found === undefined) throw new Error(`no policy ${name}`);
		return found;
	}

	async function percent(name: string, uplink: string): Promise<number> {
		return (await policy(name)).ipv4.find((share) => share.uplink === uplink)?.percent ?? 0;
	}

	async function liveOver(uplink: string, number: number): Promise<number> {
		const found = await site.router.ubus("polywan", "connections", {
			uplink,
			destination: server(number).ipv4,
			limit: 1000,
		});
		const { connections } = found as unknown as ConnectionPage;
		return connections.filter(({ state }) => state === "established").length;
	}

	const weigh = (weights: Record<string, number>) =>
		site.router.ubus("polywan", "weights", { policy: "hand", weights });

	it("round_robin: uplinks take turns", async () => {
		const taken = await uplinksTo(2, 6);
		for (const [turn, uplink] of taken.entries()) if (turn > 0) expect(uplink).not.toBe(taken[turn - 1]);
	});

	it("least_connections: new ones go where the fewest live ones are", async () => {
		// A chain of iptables follows four times a second, a map of nftables fifty times.
		const slack = firewall === "nftables" ? 1 : 6;
		const held: Awaited<ReturnType<typeof hold>>[] = [];
		await until(
			"the one with fewer takes the next twelve",
			async () => {
				// Where it followed late on a busy machine: once more from the start.
				for (const { end } of held.splice(0)) end();
				await until(
					"none is open",
					async () => (await liveOver("wan", 3)) + (await liveOver("wanb", 3)) === 0,
				);
				await polywan.run("down", "wanb");
				held.push(await hold(3, 12));
				await polywan.run("auto", "wanb");
				held.push(await hold(3, 12));
				expect(await liveOver("wan", 3)).toBeLessThanOrEqual(12 + slack);
				expect(await liveOver("wanb", 3)).toBeGreaterThanOrEqual(12 - slack);
				return true;
			},
			{ timeoutMs: 60_000 },
		);
		held.push(await hold(3, 20));
		// Where it is told late which has fewer, the next ones make up for it.
		await until(
			"both have as many",
			async () => {
				const aheadBy = (await liveOver("wan", 3)) - (await liveOver("wanb", 3));
				if (Math.abs(aheadBy) <= 2 + slack) return true;
				held.push(await hold(3, 2));
				throw new Error(`wan has ${aheadBy} more`);
			},
			{ timeoutMs: 30_000 },
		);
		expect((await policy("few")).reason).toMatch(/^live connections: wan \d+, wanb \d+$/);
		for (const { lines, end } of held) {
			expect(lines).not.toContain("lost");
			end();
		}
	});

	it("latency: new ones take the faster line, old ones stay", async () => {
		await site.uplink("wan").delay(60);
		await until("wanb is the faster one", async () => (await percent("fast", "wanb")) === 100, {
			timeoutMs: 30_000,
		});
		await untilTaken(4, "wanb");
		const held = await hold(4, 3);
		await site.uplink("wan").delay(0);
		await site.uplink("wanb").delay(60);
		await until("wan is the faster one", async () => (await percent("fast", "wan")) === 100, {
			timeoutMs: 30_000,
		});
		await untilTaken(4, "wan");
		expect(held.lines).not.toContain("lost");
		expect((await policy("fast")).reason).toMatch(/wan [\d.]+ ms, wanb [\d.]+ ms/);
		const told = (await polywan.events()).filter(({ reason }) =>
			reason.startsWith("policy fast IPv4: wan 100 %"),
		);
		expect(told.length).toBeGreaterThan(0);
		held.end();
	}, 120_000);

	it("quality: the better line takes the larger part", async () => {
		await site.uplink("wanb").delay(60);
		await until("wan has most of it", async () => (await percent("good", "wan")) > 80, { timeoutMs: 60_000 });
		await site.uplink("wan").delay(60);
		await until("wanb has its part again", async () => (await percent("good", "wanb")) > 30, {
			timeoutMs: 60_000,
		});
		for (const name of ["wan", "wanb"]) await site.uplink(name).delay(0);
	}, 120_000);

	it("least_used and overflow: new ones go where there is room", async () => {
		await untilTaken(6, "wan");
		const load = start(flood, server(9).ipv4);
		onTestFinished(load.end);
		await until("wan is too full for more", async () => (await percent("spill", "wanb")) === 100, {
			timeoutMs: 40_000,
		});
		await until("wanb is used least", async () => (await percent("free", "wanb")) === 100, {
			timeoutMs: 40_000,
		});
		await untilTaken(5, "wanb");
		await untilTaken(6, "wanb");
		expect((await policy("spill")).reason).toMatch(/^tier 1 is used to \d+ %, tier 2 is used to \d+ %$/);
		load.end();
		await until("wan has room again", async () => (await percent("spill", "wan")) === 100, {
			timeoutMs: 40_000,
		});
		await until("both are free", async () => (await percent("free", "wan")) === 50, { timeoutMs: 40_000 });
	}, 120_000);

	it("flow_hash: by the flow, or by weight where the packet filter cannot, with a problem", async () => {
		const taken = await uplinksTo(7, 30);
		for (const name of ["wan", "wanb"])
			expect(taken.filter((uplink) => uplink === name).length).toBeGreaterThan(3);
		const problems = (await polywan.status()).problems.filter(({ section }) => section === "flows");
		expect(problems.length).toBe(firewall === "iptables" ? 1 : 0);
	});

	it("custom: weights shown and set by the command", async () => {
		const weights = (...words: string[]) => polywan.run("weights", ...words);
		expect((await weights("hand", "wan=9")).stdout).toMatch(/^wan +9 +1 +set by hand\nwanb +1 +1$/m);
		expect(await percent("hand", "wan")).toBe(90);
		expect(JSON.parse((await weights("hand", "wanb=0", "--json")).stdout)).toEqual({
			policy: "hand",
			weights: [
				{ uplink: "wan", weight: 9, configured: 1, set: true },
				{ uplink: "wanb", weight: 0, configured: 1, set: true },
			],
		});
		expect(await percent("hand", "wan")).toBe(100);
		expect((await weights("hand", "--clear")).stdout).not.toContain("by hand");
		expect(await percent("hand", "wan")).toBe(50);
		const refused = async (...words: string[]) => {
			const { code, stderr } = await weights(...words);
			return `${code} ${stderr}`;
		};
		expect(await refused("flows", "wan=1")).toMatch(/^1 .*'flows' is of mode flow_hash: .*custom/);
		expect(await refused("none")).toMatch(/^1 .*no policy 'none'; of mode custom: hand/);
		expect(await refused("hand", "nobody=1")).toMatch(/^1 .*'nobody' is no member .*: wan, wanb/);
		expect(await refused("hand", "wan=1001")).toMatch(/^2 .*'wan=1001' is not <uplink>=<weight/);
	});

	it("custom: weights set over ubus hold at once, and after a restart", async () => {
		expect([...(await uplinksTo(1, 4))].sort()).toEqual(["wan", "wan", "wanb", "wanb"]);
		await weigh({ wan: 0 });
		expect(await uplinksTo(1, 4)).toEqual(Array(4).fill("wanb"));
		await weigh({ wan: 3, wanb: 1 });
		expect((await uplinksTo(1, 8)).filter((uplink) => uplink === "wan")).toHaveLength(6);
		const pid = await polywan.pid();
		await site.router.mustRun(["kill", String(pid)]);
		await until("another daemon runs", async () => (await polywan.pid()) !== pid, { timeoutMs: 30_000 });
		await polywan.untilState("up", "wan", "wanb");
		await until("the weights are those set", async () => (await percent("hand", "wan")) === 75);
		await expect(weigh({ nobody: 3 })).rejects.toThrow();
	});

	it("leaves the kernel as the plan says", async () => {
		await until("nothing differs", async () => (await polywan.run("diff")).stdout === "Nothing differs.\n");
	});
});
