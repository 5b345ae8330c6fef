// What watching many uplinks costs: 250 lines with four targets each, every target asked once a second.
import { server } from "../lab/addresses.ts";
import { monotonicMs } from "../lab/connect-loop/connect-loop.ts";
import { Polywan } from "../lab/polywan.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Site } from "../lab/site.ts";
import { until } from "../lab/until.ts";
import type { Bench, Report } from "./harness.ts";

const wanted = 250;
/** Fewer make it quick: figures per uplink are scaled to `wanted`. */
const uplinks = Number(process.env.HEALTH_UPLINKS ?? wanted);
const targets = [6, 7, 8, 9].map((number) => server(number).ipv4);
const measuredS = 30;

export const bench: Bench = {
	name: "health",
	title: `Processor and memory for ${wanted} uplinks with four targets at 1 s (measured with ${uplinks})`,
	async run(report) {
		const few = await measure(report, 2);
		const many = await measure(report, uplinks);
		const perUplink = (many.cpuPercent - few.cpuPercent) / (uplinks - 2);
		const kbPerUplink = (many.pssKb - few.pssKb) / (uplinks - 2);
		report.measured("probes sent", many.probesPerSecond, "1/s");
		report.measured(`processor with ${uplinks} uplinks`, many.cpuPercent, "% core");
		report.measured(`memory with ${uplinks} uplinks (PSS)`, many.pssKb, "kB");
		report.atMost(`processor for ${wanted} uplinks`, few.cpuPercent + perUplink * (wanted - 2), "% core", 10);
		report.atMost(`memory for ${wanted} uplinks`, few.pssKb + kbPerUplink * (wanted - 2), "kB", 20 * 1024);
	},
};

interface Cost {
	readonly cpuPercent: number;
	readonly pssKb: number;
	readonly probesPerSecond: number;
}

async function measure(report: Report, count: number): Promise<Cost> {
	const names = Array.from({ length: count }, (_, i) => `wan${i + 1}`);
	const each = <T>(value: T) => Object.fromEntries(names.map((name) => [name, value]));
	report.progress(`a site with ${count} uplinks`);
	const site = await Site.build({
		uplinks: each({ ipv6: false }),
		daemon: true,
		// One after the other is asked: each of the four once a second.
		config: renderPolywanConfig({
			asShipped: true,
			uplinks: each({ interval: "250ms", family: "ipv4", target: targets }),
		}),
	});
	try {
		const polywan = new Polywan(site);
		await until(
			"all uplinks are up",
			async () => (await polywan.status()).uplinks.every(({ state }) => state === "up"),
			{
				timeoutMs: 120_000,
				intervalMs: 1000,
			},
		);
		const pid = await polywan.pid();
		const probes = async () =>
			(await polywan.status()).uplinks.reduce(
				(sum, { ipv4 }) => sum + (ipv4?.quality?.["24h"].probes ?? 0),
				0,
			);
		const [probesBefore, before, startMs] = [await probes(), cpuNs(site, pid), monotonicMs()];
		report.progress(`${measuredS} s with ${count} uplinks`);
		await new Promise((resolve) => setTimeout(resolve, measuredS * 1000));
		const cpu = cpuNs(site, pid) - before;
		const elapsedMs = monotonicMs() - startMs;
		const sent = (await probes()) - probesBefore;
		return {
			cpuPercent: (100 * cpu) / (elapsedMs * 1e6),
			pssKb: Number(/^Pss:\s+(\d+) kB/m.exec(site.router.readFile(`/proc/${pid}/smaps_rollup`))?.[1]),
			probesPerSecond: (sent * 1000) / elapsedMs,
		};
	} finally {
		await site.close();
	}
}

/** Time on a processor, the first field of /proc/PID/schedstat. */
function cpuNs(site: Site, pid: number): number {
	return Number(site.router.readFile(`/proc/${pid}/schedstat`).split(" ")[0]);
}
