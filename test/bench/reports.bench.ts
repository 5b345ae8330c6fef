// What polywan-reports costs with everything on: memory, processor time, writes to flash.
import { readFileSync, statSync } from "node:fs";
import { lan } from "../lab/addresses.ts";
import { monotonicMs } from "../lab/connect-loop/connect-loop.ts";
import { FlashWatch } from "../lab/flash-watch/flash-watch.ts";
import { Polywan } from "../lab/polywan.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Broker } from "../lab/reports/broker.ts";
import { Reports } from "../lab/reports/reports.ts";
import { resolveInRoot } from "../lab/root-path.ts";
import { Site } from "../lab/site.ts";
import { until } from "../lab/until.ts";
import type { Bench, Report } from "./harness.ts";

const idleS = 60;
/** REPORTS_UPLINKS=250: what is shown for more than homes have; bounds are for those. */
const counts = (process.env.REPORTS_UPLINKS ?? "2 10").split(" ").map(Number);
const atHome = 10;
const copy = "/etc/polywan-history/history.db";

const config = `config mqtt 'mqtt'
	option enabled '1'
	option host '${lan.host(0).ipv4}'
config history 'history'
	option enabled '1'
	option copy '/etc/polywan-history'
config notify 'log'
	option type 'syslog'
`;

export const bench: Bench = {
	name: "reports",
	title: "polywan-reports with MQTT and history every second",
	async run(report) {
		for (const count of counts) await measure(report, count);
	},
};

async function measure(report: Report, count: number): Promise<void> {
	const names = Array.from({ length: count }, (_, i) => `wan${i + 1}`);
	const each = <T>(value: T) => Object.fromEntries(names.map((name) => [name, value]));
	const site = await Site.build({
		uplinks: each({}),
		daemon: true,
		config: renderPolywanConfig({ asShipped: true, uplinks: each({}) }),
	});
	const broker = new Broker(site.host(0));
	try {
		const polywan = new Polywan(site);
		await polywan.untilState("up", ...names);
		const reports = new Reports(site);
		await broker.start();
		await reports.configure(config);
		await until(
			"the broker was told",
			() => [...broker.heard.keys()].some((topic) => topic.endsWith("/usage")),
			{ timeoutMs: 120_000 },
		);
		const path = resolveInRoot(site.router.rootPath, copy);
		await until("the copy is there", () => statSync(path).size > 0, { timeoutMs: 120_000 });
		await measureIdle(report, site, polywan, reports, count);
	} finally {
		await broker.close();
		await site.close();
	}
}

async function measureIdle(
	report: Report,
	site: Site,
	polywan: Polywan,
	reports: Reports,
	count: number,
): Promise<void> {
	const proc = `${site.router.rootPath}/proc/${await reports.pid()}`;
	const daemon = `${site.router.rootPath}/proc/${await polywan.pid()}`;
	report.progress(`${count} uplinks, idle for ${idleS} s`);
	const flash = await FlashWatch.start(site);
	const [before, daemonBefore, startMs] = [cpuNs(proc), cpuNs(daemon), monotonicMs()];
	await new Promise((resolve) => setTimeout(resolve, idleS * 1000));
	const elapsedNs = (monotonicMs() - startMs) * 1e6;
	const percent = (after: number, earlier: number) => (100 * (after - earlier)) / elapsedNs;
	const what = `with ${count} uplinks`;
	const bounded = (name: string, value: number, unit: string, most: number) =>
		count <= atHome ? report.atMost(name, value, unit, most) : report.measured(name, value, unit);
	bounded(`processor ${what}`, percent(cpuNs(proc), before), "% core", 1);
	report.measured(`processor of the daemon ${what}`, percent(cpuNs(daemon), daemonBefore), "% core");
	bounded(`memory ${what} (PSS)`, pssKb(proc), "kB", 8 * 1024);
	// Once the first copy and the first save of usage are done nothing is due for an hour.
	report.atMost(`files written to flash ${what}`, flash.writes.length, "", 0);
	flash.close();
}

/** Proportional set size, of smaps_rollup (proc(5)). */
function pssKb(proc: string): number {
	return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`${proc}/smaps_rollup`, "utf8"))?.[1] ?? Number.NaN);
}

/** Time on a processor, the first field of schedstat. */
function cpuNs(proc: string): number {
	return Number(readFileSync(`${proc}/schedstat`, "utf8").split(" ")[0]);
}
