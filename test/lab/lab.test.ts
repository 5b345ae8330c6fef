import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { ConnectLoop, monotonicMs } from "./connect-loop/connect-loop.ts";
import { firstLine, root } from "./namespaces.ts";
import { Site } from "./site.ts";
import { recordedNames, sweep } from "./sweep.ts";
import { until } from "./until.ts";
import { perMillionOneWay } from "./uplink.ts";

const asRoot = process.getuid?.() === 0;
const target = server(1).ipv4;

/** Lost packets of 100, as ping counts them. */
async function lost(site: Site, address: string, count = 1): Promise<number> {
	const argv = ["ping", "-q", "-c", String(count), "-i", "0.005", "-W", "0.3", address];
	const { stdout } = await site.host(0).run(argv);
	return Number(/(\d+(?:\.\d+)?)% packet loss/.exec(stdout)?.[1] ?? 100);
}

async function medianRttMs(site: Site, address: string): Promise<number> {
	const { stdout } = await site.host(0).run(["ping", "-c", "41", "-i", "0.005", address]);
	const times = [...stdout.matchAll(/time=([\d.]+)/g)].map((match) => Number(match[1])).sort((a, b) => a - b);
	return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

async function download(site: Site, bytes: number): Promise<number> {
	const url = `http://${target}/bytes/${bytes}`;
	const argv = ["curl", "-s", "-o", "/dev/null", "-w", "%{speed_download}", url];
	return (Number(await site.host(0).mustRun(argv, { timeoutMs: 40_000 })) * 8) / 1e6;
}

describe.skipIf(!asRoot)("lab", () => {
	let site: Site;

	beforeAll(async () => {
		site = await Site.build({ userland: "none" });
	});
	afterAll(() => site?.close());

	it("reaches every server over both families, from the uplink's own address", async () => {
		for (let k = 1; k <= 9; k++)
			for (const address of Object.values(server(k))) expect(await lost(site, address)).toBe(0);
		const seen = (address: string) => site.host(0).mustRun(["curl", "-s", "-g", `http://${address}/`]);
		expect(await seen(target)).toBe("100.64.1.2\n");
		expect(await seen(`[${server(2).ipv6}]`)).toBe("2001:db8:1::2\n");
	});

	it("loses what passes a blackhole while the ISP's gateway goes on to answer", async () => {
		await site.uplink("wan").blackhole();
		expect(await lost(site, target, 3)).toBe(100);
		expect(await lost(site, server(1).ipv6, 3)).toBe(100);
		expect(await lost(site, "100.64.1.1", 3)).toBe(0);
		await site.uplink("wan").heal();
		expect(await lost(site, target, 3)).toBe(0);
	});

	it("loses one way alone: the request arrives, the answer does not", async () => {
		const wan = site.uplink("wan");
		const before = await wan.counters();
		await wan.oneWayLoss("in");
		expect(await lost(site, target, 5)).toBe(100);
		const after = await wan.counters();
		expect(after.out.packets - before.out.packets).toBeGreaterThanOrEqual(5);
		await wan.heal();
	});

	it("has a gateway that is gone while the carrier is there", async () => {
		const carrier = () => site.router.readFile("/sys/class/net/eth1/carrier").trim();
		await site.uplink("wan").gatewayGone();
		expect(await lost(site, "100.64.1.1", 3)).toBe(100);
		expect(carrier()).toBe("1");
		await site.uplink("wan").heal();
		await until("the gateway answers", async () => (await lost(site, "100.64.1.1")) === 0);
	});

	it("takes the carrier away and gives it back", async () => {
		const carrier = () => site.router.readFile("/sys/class/net/eth1/carrier").trim();
		await site.uplink("wan").carrier(false);
		await until("no carrier", () => carrier() === "0", { timeoutMs: 500 });
		await site.uplink("wan").carrier(true);
		await until("carrier", () => carrier() === "1", { timeoutMs: 500 });
		await until("the servers answer", async () => (await lost(site, target)) === 0);
	});

	it("breaks only names, and only one address", async () => {
		const names = await site.host(0).run(["busybox", "nslookup", "server3.lab", target]);
		expect(names.stdout).toContain(server(3).ipv4);
		await site.uplink("wan").dnsBroken();
		// A query for server3.lab, of whose answer the header's 12 bytes are enough.
		const udp = `exec 3<>/dev/udp/${target}/53; printf '\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7server3\\3lab\\0\\0\\1\\0\\1' >&3; timeout 0.3 head -c 12 <&3 | wc -c`;
		expect((await site.host(0).mustRun(["bash", "-c", udp])).trim()).toBe("0");
		expect(await lost(site, target)).toBe(0);
		await site.uplink("wan").heal();
		expect((await site.host(0).mustRun(["bash", "-c", udp])).trim()).toBe("12");
		await site.uplink("wan").dropAddress(server(2).ipv4);
		expect(await lost(site, server(2).ipv4)).toBe(100);
		expect(await lost(site, server(3).ipv4)).toBe(0);
		await site.uplink("wan").heal();
	});

	it("loses at random what a test asks for, round trip", async () => {
		expect(perMillionOneWay(19)).toBe(100_000);
		await site.uplink("wan").loss(20);
		const percent = await lost(site, target, 1000);
		await site.uplink("wan").heal();
		// 5 standard deviations of 1,000 throws
		expect(Math.abs(percent - 20)).toBeLessThan(6.4);
	});

	it("adds its delay to the round trip, and nothing to speak of without", async () => {
		const withoutMs = await medianRttMs(site, target);
		expect(withoutMs - (await medianRttMs(site, "100.64.1.1"))).toBeLessThan(1);
		await site.uplink("wan").delay(40);
		const withMs = await medianRttMs(site, target);
		await site.uplink("wan").delay(0);
		expect(withMs).toBeGreaterThan(40);
		expect(withMs).toBeLessThan(60);
	});

	it("opens connections on a grid and tells which were not established, and over which uplink", async () => {
		const loop = ConnectLoop.start(site.host(0), { address: target, everyMs: 20, timeoutMs: 400 });
		await until("it is under way", () => loop.attempts.length >= 10);
		await site.uplink("wan").blackhole();
		const faultMs = monotonicMs();
		await until("some failed", () => loop.attempts.filter(({ tookMs }) => tookMs === null).length >= 10);
		await site.uplink("wan").heal();
		const healedMs = monotonicMs();
		await until("they work again", () => loop.attempts.at(-1)?.tookMs !== null);
		const attempts = await loop.stop();
		const inFault = attempts.filter(({ startMs }) => startMs > faultMs && startMs < healedMs - 400);
		expect(inFault.length).toBeGreaterThanOrEqual(9);
		expect(inFault.every(({ tookMs, error }) => tookMs === null && error === "timed out")).toBe(true);
		const before = attempts.filter(({ startMs }) => startMs < faultMs - 10);
		expect(before.every(({ tookMs, source }) => tookMs !== null && source === "100.64.1.2")).toBe(true);
		expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, i) => i));
	});

	it("moves 200 Mbit/s and keeps to a rate", async () => {
		expect(await download(site, 60e6)).toBeGreaterThan(200);
		const wan = site.uplink("wan");
		await wan.delay(10);
		await wan.rate(20);
		await wan.queue(100);
		const atRate = await download(site, 5e6);
		// IP and TCP headers take 4 %, slow start some more.
		expect(atRate).toBeGreaterThan(15);
		expect(atRate).toBeLessThan(20);
		await wan.rate(0);
		await wan.delay(0);
		await wan.queue(1000);
	});
});

describe.skipIf(!asRoot)("what a site leaves behind", () => {
	it("is nothing after close()", async () => {
		const site = await Site.build({ userland: "none" });
		const { initPid } = site.router.namespaces;
		await site.close();
		expect(existsSync(`/proc/${initPid}`)).toBe(false);
		expect(recordedNames().filter((name) => name.startsWith(`${site.name}-`))).toEqual([]);
	});

	it("is nothing after kill -9 of its maker, and its record goes with the next sweep", async () => {
		const maker = spawn(process.execPath, [join(root, "dist/lab/abandon.mjs")], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const [name = "", ...pids] = (await firstLine(maker, "abandon")).split(" ");
		expect(pids.every((pid) => existsSync(`/proc/${pid}`))).toBe(true);
		maker.kill("SIGKILL");
		await until("its processes are gone", () => pids.every((pid) => !isAlive(pid)), { timeoutMs: 2000 });
		expect(recordedNames().some((known) => known.startsWith(name))).toBe(true);
		sweep();
		expect(recordedNames().some((known) => known.startsWith(name))).toBe(false);
	});

	it("leaves other sites alone", async () => {
		const [one, two] = await Promise.all([
			Site.build({ userland: "none" }),
			Site.build({ userland: "none", uplinks: { wan: {}, wanb: {}, lte: {} }, lan: { hosts: 2 } }),
		]);
		await one.close();
		sweep();
		expect(await lost(two, target)).toBe(0);
		expect((await two.host(1).run(["ping", "-c", "1", "-W", "1", "192.168.1.100"])).code).toBe(0);
		await two.close();
	});
});

/** A zombie is as good as gone. */
function isAlive(pid: string): boolean {
	try {
		return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
	} catch {
		return false;
	}
}
