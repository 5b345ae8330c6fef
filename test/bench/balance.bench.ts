// How evenly least_connections keeps the live connections of two uplinks while they come and go, and what that costs the daemon.
import { server } from "../lab/addresses.ts";
import { Polywan } from "../lab/polywan.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Site } from "../lab/site.ts";
import { until } from "../lab/until.ts";
import type { Bench, Report } from "./harness.ts";

const perSecond = 100;
const shortestMs = 1000;
const longestMs = 10_000;
const warmUpS = 15;
const measuredS = 30;
const others = 50_000;

export const bench: Bench = {
	name: "balance",
	title: `least_connections at ${perSecond} connections a second of ${shortestMs / 1000} to ${longestMs / 1000} s`,
	async run(report) {
		for (const firewall of ["nftables", "iptables"] as const) {
			await withSite(firewall, async (site, polywan) => {
				const bounded = firewall === "nftables";
				await measure(report, site, polywan, `${firewall}: `, bounded);
				if (!bounded) return;
				await fill(site);
				await measure(report, site, polywan, `${firewall}, ${others} others: `, bounded);
			});
		}
	},
};

async function withSite(
	firewall: "nftables" | "iptables",
	run: (site: Site, polywan: Polywan) => Promise<void>,
): Promise<void> {
	const config = renderPolywanConfig({ asShipped: true, policies: { few: { mode: "least_connections" } } });
	const site = await Site.build({ firewall, daemon: true, config });
	try {
		const polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
		await run(site, polywan);
	} finally {
		await site.close();
	}
}

/** As many for each uplink, live until the end. */
async function fill(site: Site): Promise<void> {
	const lines = Array.from({ length: others }, (_, n) => {
		const to = `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
		const mark = (1 + (n % 2)) * 0x1000000;
		return `-I -p tcp -s 192.168.1.100 -d ${to} --sport 40000 --dport 443 --state ESTABLISHED -t 3000 -m ${mark}\n`;
	});
	site.router.writeFile("/tmp/connections", lines.join(""));
	await site.router.mustRun(["conntrack", "-R", "/tmp/connections"], { timeoutMs: 60_000 });
}

/** A chain of iptables costs a program's start for each change, so it follows more slowly: shown without bounds. */
async function measure(
	report: Report,
	site: Site,
	polywan: Polywan,
	what: string,
	bounded: boolean,
): Promise<void> {
	const pid = await polywan.pid();
	const lines: string[] = [];
	const client = site.host(0).spawn([process.execPath, "-e", CLIENT, "--", server(1).ipv4]);
	client.stdout?.on("data", (chunk) => lines.push(...String(chunk).trim().split("\n")));
	report.progress(`${what}${warmUpS + measuredS} s`);
	await until("the measured time begins", () => lines.includes("begin"), { timeoutMs: 60_000 });
	const [cpuBefore, startMs] = [cpuNs(site, pid), performance.now()];
	await until("the measured time is over", () => lines.some((line) => line.startsWith("{")), {
		timeoutMs: 120_000,
	});
	const cpu = (100 * (cpuNs(site, pid) - cpuBefore)) / ((performance.now() - startMs) * 1e6);
	const result = JSON.parse(lines.find((line) => line.startsWith("{")) ?? "{}") as {
		deviations: number[];
		live: number;
		failed: number;
	};
	client.kill();
	const sorted = result.deviations.sort((a, b) => a - b);
	const quantile = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
	report.measured(`${what}live connections at the end`, result.live, "");
	report.measured(`${what}connections that failed`, result.failed, "");
	report.measured(`${what}median deviation`, quantile(0.5), "conn.");
	if (bounded) {
		report.atMost(`${what}p99 deviation`, quantile(0.99), "conn.", 4);
		report.atMost(`${what}processor of the daemon`, cpu, "% core", 2);
	} else {
		report.measured(`${what}p99 deviation`, quantile(0.99), "conn.");
		report.measured(`${what}processor of the daemon`, cpu, "% core");
	}
}

/** Time on a processor, the first field of /proc/PID/schedstat. */
function cpuNs(site: Site, pid: number): number {
	return Number(site.router.readFile(`/proc/${pid}/schedstat`).split(" ")[0]);
}

/**
 * Connections at random times. The server's answer tells the uplink; half a request after it keeps the connection open. The
 * deviation is how far an uplink is from half of all.
 */
const CLIENT = `
const [address] = process.argv.slice(1);
const live = new Map();
const deviations = [];
let failed = 0;
let nextMs = performance.now();
const open = () => {
	nextMs += -Math.log(1 - Math.random()) * ${1000 / perSecond};
	setTimeout(open, Math.max(0, nextMs - performance.now()));
	let source = null;
	const socket = require("net").connect(80, address, () => socket.write("GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"));
	socket.on("data", (data) => {
		if (source !== null) return;
		source = /(\\d+\\.\\d+\\.\\d+\\.\\d+)\\s*$/.exec(String(data))?.[1] ?? null;
		if (source === null) return;
		live.set(source, (live.get(source) ?? 0) + 1);
		socket.write("GET / HTTP/1.1\\r\\n");
	});
	socket.on("error", () => failed++);
	socket.on("close", () => { if (source !== null) live.set(source, live.get(source) - 1); });
	setTimeout(() => socket.destroy(), ${shortestMs} + Math.random() * ${longestMs - shortestMs});
};
open();
const look = () => {
	const counts = [...live.values()];
	const all = counts.reduce((sum, count) => sum + count, 0);
	for (const count of counts) deviations.push(Math.abs(count - all / 2));
};
setTimeout(() => {
	console.log("begin");
	setInterval(look, 25);
	setTimeout(() => {
		const all = [...live.values()].reduce((sum, count) => sum + count, 0);
		console.log(JSON.stringify({ deviations, live: all, failed }));
	}, ${measuredS * 1000});
}, ${warmUpS * 1000});
`;
