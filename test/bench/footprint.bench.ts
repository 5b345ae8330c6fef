// What the daemon costs: memory, processor time and bytes on the line while nothing happens, and how fast it is there.
import { monotonicMs } from "../lab/connect-loop/connect-loop.ts";
import { Polywan } from "../lab/polywan.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Site } from "../lab/site.ts";
import { until } from "../lab/until.ts";
import { type Bench, median, type Report } from "./harness.ts";

const idleS = 60;
const starts = 9;

export const bench: Bench = {
	name: "footprint",
	title: "Memory, processor and line use of an idle daemon, and its start",
	async run(report) {
		await withUplinks(2, async (site, polywan) => {
			await measureIdle(report, site, polywan);
			report.atMost("memory with 2 uplinks (PSS)", pssKb(site, await polywan.pid()), "kB", 4 * 1024);
			await measureStart(report, site, polywan);
		});
		await withUplinks(10, async (site, polywan) => {
			report.atMost("memory with 10 uplinks (PSS)", pssKb(site, await polywan.pid()), "kB", 6 * 1024);
		});
	},
};

async function withUplinks(
	count: number,
	measure: (site: Site, polywan: Polywan) => Promise<void>,
): Promise<void> {
	const names = Array.from({ length: count }, (_, i) => `wan${i + 1}`);
	const each = <T>(value: T) => Object.fromEntries(names.map((name) => [name, value]));
	const site = await Site.build({
		uplinks: each({}),
		firewall: "nftables",
		daemon: true,
		config: renderPolywanConfig({ asShipped: true, uplinks: each({}) }),
	});
	try {
		const polywan = new Polywan(site);
		await polywan.untilState("up", ...names);
		await measure(site, polywan);
	} finally {
		await site.close();
	}
}

async function measureIdle(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const pid = await polywan.pid();
	const line = site.uplink("wan1");
	report.progress(`idle for ${idleS} s`);
	const [cpuBefore, before, startMs] = [cpuNs(site, pid), await line.counters(), monotonicMs()];
	await new Promise((resolve) => setTimeout(resolve, idleS * 1000));
	const [cpuAfter, after, elapsedMs] = [cpuNs(site, pid), await line.counters(), monotonicMs() - startMs];
	report.atMost("processor while idle", (100 * (cpuAfter - cpuBefore)) / (elapsedMs * 1e6), "% core", 0.3);
	for (const direction of ["out", "in"] as const) {
		const bytes = after[direction].bytes - before[direction].bytes;
		report.atMost(`probes of both families, ${direction}`, (bytes * 1000) / elapsedMs, "B/s", 2 * 200);
	}
}

/** From the program's start to the moment the kernel had its first rule set, by the daemon's own clock. */
async function measureStart(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const tookMs: number[] = [];
	await site.router.run(["/etc/init.d/polywan", "stop"]);
	for (let round = 1; round <= starts; round++) {
		report.progress(`start, ${round} of ${starts}`);
		await until("no daemon answers", () =>
			polywan.status().then(
				() => false,
				() => true,
			),
		);
		const startMs = Date.now();
		const daemon = site.router.spawn(["/usr/sbin/polywan", "daemon"], { stdio: "ignore" });
		await until("the first rules are in force", async () => (await polywan.status()).apply.at_ms >= startMs);
		tookMs.push((await polywan.status()).apply.at_ms - startMs);
		daemon.kill("SIGTERM");
		await until("the daemon has ended", () => daemon.exitCode !== null || daemon.signalCode !== null);
		await site.router.run(["polywan", "clear"]);
	}
	report.atMost("start to the first rules in force, median", median(tookMs), "ms", 100);
}

/** Proportional set size, of /proc/PID/smaps_rollup (proc(5)). */
function pssKb(site: Site, pid: number): number {
	return Number(
		/^Pss:\s+(\d+) kB/m.exec(site.router.readFile(`/proc/${pid}/smaps_rollup`))?.[1] ?? Number.NaN,
	);
}

/** Time on a processor, the first field of /proc/PID/schedstat. */
function cpuNs(site: Site, pid: number): number {
	return Number(site.router.readFile(`/proc/${pid}/schedstat`).split(" ")[0]);
}
