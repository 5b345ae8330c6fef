import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { ConnectLoop, monotonicMs } from "./connect-loop/connect-loop.ts";
import { firstLine, root } from "./namespaces.ts";
import { Site } from "./site.ts";
import { recordedNames, sweep } from "./sweep.ts";
import { until } from "./until.ts";
import { perMillionOneWay } from "./uplink.ts";

const asRoot = process.getuid?.() === 0;
const target = server(1).ipv4;

/** Lost packets of 100, as ping counts them. What is answered may take `waitS` on a machine that is busy. */
async function lost(site: Site, address: string, count = 1, waitS = 5): Promise<number> {
	const argv = ["ping", "-q", "-c", String(count), "-i", "0.005", "-W", String(waitS), address];
	const { stdout } = await site.host(0).run(argv);
	return Number(/(\d+(?:\.\d+)?)% packet loss/.exec(stdout)?.[1] ?? 100);
}

/** The shortest of some: a busy machine makes others longer. */
async function rttMs(site: Site, address: string): Promise<number> {
	const { stdout } = await site.host(0).run(["ping", "-c", "41", "-i", "0.005", address]);
	return Math.min(...[...stdout.matchAll(/time=([\d.]+)/g)].map((match) => Number(match[1])));
}

async function download(site: Site, bytes: number): Promise<number> {
	const url = `http://${target}/bytes/${bytes}`;
	const argv = ["curl", "-s", "-o", "/dev/null", "-w", "%{speed_download}", url];
	return (Number(await site.host(0).mustRun(argv, { timeoutMs: 50_000 })) * 8) / 1e6;
}

describe.skipIf(!asRoot)("lab", () => {
	let site: Site;

	beforeAll(async () => {
		site = await Site.build({ userland: "none" });
	});
	afterAll(() => site?.close());
	beforeEach(async ({ task }) => {
		if ((task.result?.retryCount ?? 0) === 0) return;
		const wan = site.uplink("wan");
		await wan.heal();
		await wan.rate(0);
		await wan.delay(0);
		await wan.queue(1000);
	});

	it("reaches every server over both families, from the uplink's own address", async () => {
		for (let k = 1; k <= 9; k++)
			for (const address of Object.values(server(k))) expect(await lost(site, address)).toBe(0);
		const seen = (address: string) => site.host(0).mustRun(["curl", "-s", "-g", `http://${address}/`]);
		expect(await seen(target)).toBe("100.64.1.2\n");
		expect(await seen(`[${server(2).ipv6}]`)).toBe("2001:db8:1::2\n");
	});

	it("loses what passes a blackhole while the ISP's gateway goes on to answer", async () => {
		await site.uplink("wan").blackhole();
		expect(await lost(site, target, 3, 0.3)).toBe(100);
		expect(await lost(site, server(1).ipv6, 3, 0.3)).toBe(100);
		expect(await lost(site, "100.64.1.1", 3)).toBe(0);
		await site.uplink("wan").heal();
		expect(await lost(site, target, 3)).toBe(0);
	});

	it("loses one way alone: the request arrives, the answer does not", async () => {
		const wan = site.uplink("wan");
		const before = await wan.counters();
		await wan.oneWayLoss("in");
		expect(await lost(site, target, 5, 0.3)).toBe(100);
		const after = await wan.counters();
		expect(after.out.packets - before.out.packets).toBeGreaterThanOrEqual(5);
		await wan.heal();
	});

	it("has a gateway that is gone while the carrier is there", async () => {
		const carrier = () => site.router.readFile("/sys/class/net/eth1/carrier").trim();
		await site.uplink("wan").gatewayGone();
		expect(await lost(site, "100.64.1.1", 3, 0.3)).toBe(100);
		expect(carrier()).toBe("1");
		await site.uplink("wan").heal();
		await until("the gateway answers", async () => (await lost(site, "100.64.1.1", 1, 0.3)) === 0);
	});

	it("takes the carrier away and gives it back", async () => {
		const carrier = () => site.router.readFile("/sys/class/net/eth1/carrier").trim();
		await site.uplink("wan").carrier(false);
		await until("no carrier", () => carrier() === "0");
		await site.uplink("wan").carrier(true);
		await until("carrier", () => carrier() === "1");
		await until("the servers answer", async () => (await lost(site, target, 1, 0.3)) === 0);
	});

	it("breaks only names, and only one address", async () => {
		const names = await site.host(0).run(["busybox", "nslookup", "server3.lab", target]);
		expect(names.stdout).toContain(server(3).ipv4);
		await site.uplink("wan").dnsBroken();
		// A query for server3.lab, of whose answer the header's 12 bytes are enough.
		const udp = (waitS: number) =>
			`exec 3<>/dev/udp/${target}/53; printf '\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\7server3\\3lab\\0\\0\\1\\0\\1' >&3; timeout ${waitS} head -c 12 <&3 | wc -c`;
		expect((await site.host(0).mustRun(["bash", "-c", udp(0.3)])).trim()).toBe("0");
		expect(await lost(site, target)).toBe(0);
		await site.uplink("wan").heal();
		expect((await site.host(0).mustRun(["bash", "-c", udp(5)])).trim()).toBe("12");
		await site.uplink("wan").dropAddress(server(2).ipv4);
		expect(await lost(site, server(2).ipv4, 1, 0.3)).toBe(100);
		expect(await lost(site, server(3).ipv4)).toBe(0);
		await site.uplink("wan").heal();
	});

	it("loses at random what a test asks for, round trip", async () => {
		expect(perMillionOneWay(19)).toBe(100_000);
		await site.uplink("wan").loss(20);
		const percent = await lost(site, target, 1000, 2);
		await site.uplink("wan").heal();
		// 5 standard deviations of 1,000 throws
		expect(Math.abs(percent - 20)).toBeLessThan(6.4);
	});

	it("adds its delay to the round trip, and nothing to speak of without", async () => {
		await until("the line adds next to nothing", async () => {
			const addedMs = (await rttMs(site, target)) - (await rttMs(site, "100.64.1.1"));
			return addedMs < 1 || Promise.reject(new Error(`${addedMs} ms`));
		});
		await site.uplink("wan").delay(40);
		const withMs = await rttMs(site, target);
		await site.uplink("wan").delay(0);
		expect(withMs).toBeGreaterThan(40);
		expect(withMs).toBeLessThan(60);
	});

	it("opens connections on a grid and tells which were not established, and over which uplink", async () => {
		const loop = ConnectLoop.start(site.host(0), { address: target, everyMs: 20, timeoutMs: 400 });
		await until("it is under way", () => loop.attempts.length >= 10);
		const before = [...loop.attempts];
		await site.uplink("wan").blackhole();
		const faultMs = monotonicMs();
		const inFault = () => loop.attempts.filter(({ startMs }) => startMs > faultMs);
		await until("some failed", () => inFault().length >= 10);
		const failed = inFault();
		await site.uplink("wan").heal();
		await until("they work again", () => loop.attempts.at(-1)?.tookMs !== null);
		const attempts = await loop.stop();
		expect(failed.every(({ tookMs, error }) => tookMs === null && error === "timed out")).toBe(true);
		expect(before.every(({ tookMs, source }) => tookMs !== null && source === "100.64.1.2")).toBe(true);
		expect(attempts.map(({ number }) => number)).toEqual(attempts.map((_, i) => i));
	});

	it("could move 200 Mbit/s, had it a processor for itself, and keeps to a rate", async () => {
		const wan = site.uplink("wan");
		const bytes = 30e6;
		const beforeMs = wan.lineCpuMs();
		await download(site, bytes);
		expect(wan.lineCpuMs() - beforeMs).toBeLessThan(((bytes * 8) / 200e6) * 1000);
		await wan.delay(10);
		await wan.rate(20);
		await wan.queue(100);
		// IP and TCP headers take 4 %, slow start some more.
		await until(
			"more than 15 Mbit/s",
			async () => {
				const atRate = await download(site, 5e6);
				expect(atRate).toBeLessThan(20);
				return atRate > 15;
			},
			{ timeoutMs: 40_000 },
		);
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
		await until("its processes are gone", () => pids.every((pid) => !isAlive(pid)));
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
		expect((await two.host(1).run(["ping", "-c", "1", "-W", "5", "192.168.1.100"])).code).toBe(0);
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
