// What users notice of a failure: connections of a LAN host, one every 20 ms, while the uplink they use dies in the lab.
import { server } from "../lab/addresses.ts";
import { ConnectLoop, monotonicMs } from "../lab/connect-loop/connect-loop.ts";
import { Polywan } from "../lab/polywan.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Site } from "../lab/site.ts";
import { until } from "../lab/until.ts";
import { type Bench, median, type Report } from "./harness.ts";

const rounds = 15;
const disturbances = 20;
const lossMinutes = 10;

export const bench: Bench = {
	name: "failover",
	title: "How long a failure is felt, in the lab with nftables",
	async run(report) {
		for (const delayMs of [0, 40]) await measureBlackholes(report, delayMs);
		await withSite({ wan: {}, wanb: {} }, async (site, polywan) => {
			await measureCarrier(report, site, polywan);
			await measureSilence(report, site, polywan);
		});
		await withSite({ wan: {}, wanb: {} }, async (site, polywan) => {
			await measureReloads(report, site, polywan);
			await measureKills(report, site, polywan);
		});
		await measureLoss(report);
	},
};

async function withSite(
	uplinks: NonNullable<Parameters<typeof Site.build>[0]>["uplinks"],
	measure: (site: Site, polywan: Polywan) => Promise<void>,
	config = renderPolywanConfig({ asShipped: true }),
): Promise<void> {
	const site = await Site.build({ ...(uplinks && { uplinks }), firewall: "nftables", daemon: true, config });
	try {
		const polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
		await measure(site, polywan);
	} finally {
		await site.close();
	}
}

/** The line behind the ISP goes dark; its gateway goes on to answer. */
async function measureBlackholes(report: Report, delayMs: number): Promise<void> {
	const losses: number[] = [];
	const returns: number[] = [];
	await withSite({ wan: { delayMs }, wanb: { delayMs } }, async (site, polywan) => {
		for (let round = 1; round <= rounds; round++) {
			report.progress(`blackhole at a round trip of ${delayMs} ms, ${round} of ${rounds}`);
			const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
			const first = site.uplink("wan").lease.ipv4?.address;
			// Traffic has gone on for seconds, and the fault comes at any point of the probes' rhythm.
			const steady = 150 + Math.floor(Math.random() * 50);
			await until("connections use wan", () => recent(loop, steady).every(({ source }) => source === first));
			const faultMs = monotonicMs();
			await site.uplink("wan").blackhole();
			await polywan.untilState("down", "wan");
			await until("connections use wanb", () => recent(loop, 10).every(({ source }) => source !== first));
			const healMs = monotonicMs();
			await site.uplink("wan").heal();
			await until("connections use wan again", () => loop.attempts.at(-1)?.source === first, {
				timeoutMs: 30_000,
			});
			returns.push(monotonicMs() - healMs);
			losses.push(lastLateMs(await loop.stop(), faultMs));
			await restart(polywan, site);
		}
	});
	const where = `RTT ${delayMs} ms`;
	report.atMost(`blackhole, ${where}: last lost connection, median`, median(losses), "ms", 300);
	report.atMost(`blackhole, ${where}: last lost connection, worst`, Math.max(...losses), "ms", 600);
	report.atMost(`blackhole, ${where}: back in use, worst`, Math.max(...returns), "ms", 5000);
}

async function measureCarrier(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const losses: number[] = [];
	for (let round = 1; round <= rounds; round++) {
		report.progress(`cable out, ${round} of ${rounds}`);
		const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
		const first = site.uplink("wan").lease.ipv4?.address;
		await until("connections use wan", () => recent(loop, 10).every(({ source }) => source === first));
		const faultMs = monotonicMs();
		await site.uplink("wan").carrier(false);
		await until("connections use wanb", () => recent(loop, 10).every(({ source }) => source !== first));
		losses.push(lastLateMs(await loop.stop(), faultMs));
		await site.uplink("wan").carrier(true);
		await polywan.untilState("up", "wan");
		await restart(polywan, site);
	}
	report.atMost("cable out: last lost connection, median", median(losses), "ms", 60);
	report.measured("cable out: last lost connection, worst", Math.max(...losses), "ms");
}

/** Nobody sends anything: only the probes can notice. */
async function measureSilence(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const notices: number[] = [];
	for (let round = 1; round <= rounds; round++) {
		report.progress(`failure without traffic, ${round} of ${rounds}`);
		const faultMs = Date.now();
		await site.uplink("wan").blackhole();
		await polywan.untilState("down", "wan");
		const events = (await polywan.events()).filter(({ uplink, to }) => uplink === "wan" && to === "down");
		notices.push(Math.max(...events.map(({ at_ms }) => at_ms).filter((at) => at >= faultMs)) - faultMs);
		await site.uplink("wan").heal();
		await polywan.untilState("up", "wan");
		await restart(polywan, site);
	}
	report.atMost("failure without traffic: noticed, worst of both families", Math.max(...notices), "ms", 1500);
}

async function measureReloads(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const both = (weight: string) =>
		renderPolywanConfig({
			asShipped: true,
			uplinks: { wan: { weight: "7" }, wanb: { weight: "3" } },
			policies: { everything: { mode: "weighted" } },
			rules: { changing: { dest_port: weight, proto: "tcp", target: "wan" } },
		});
	await site.router.setConfig("polywan", both("1000"));
	await polywan.run("reload");
	const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
	await until("connections are made", () => loop.attempts.length >= 50);
	for (let round = 1; round <= disturbances; round++) {
		report.progress(`reload under load, ${round} of ${disturbances}`);
		const before = loop.attempts.length;
		await site.router.setConfig("polywan", both(String(1000 + round)));
		await polywan.run("reload");
		await until("connections go on", () => loop.attempts.length >= before + 25);
	}
	const attempts = await loop.stop();
	report.atMost(`failed connections over ${disturbances} reloads`, failed(attempts), "", 0);
	const wan = site.uplink("wan").lease.ipv4?.address;
	const share = (100 * attempts.filter(({ source }) => source === wan).length) / attempts.length;
	report.measured("share of wan during the reloads (70 is wanted)", share, "%");
}

async function measureKills(report: Report, site: Site, polywan: Polywan): Promise<void> {
	const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
	await until("connections are made", () => loop.attempts.length >= 50);
	for (let round = 1; round <= disturbances; round++) {
		report.progress(`kill -9 of the daemon under load, ${round} of ${disturbances}`);
		const pid = await polywan.pid();
		await site.router.run(["kill", "-9", String(pid)]);
		await until("another daemon runs", async () => (await polywan.pid().catch(() => pid)) !== pid);
		await polywan.untilState("up", "wan", "wanb");
	}
	report.atMost(`failed connections over ${disturbances} kill -9`, failed(await loop.stop()), "", 0);
}

/** Packets get lost as they do on a bad line: no alarm; much loss is told, and told once. */
async function measureLoss(report: Report): Promise<void> {
	await withSite({ wan: {}, wanb: {} }, async (site, polywan) => {
		const since = Date.now();
		await site.uplink("wan").loss(5);
		await site.uplink("wanb").loss(30);
		const endMs = monotonicMs() + lossMinutes * 60_000;
		while (monotonicMs() < endMs) {
			report.progress(`loss of 5 % and 30 %: ${Math.ceil((endMs - monotonicMs()) / 60_000)} minutes to go`);
			await new Promise((resolve) => setTimeout(resolve, Math.min(60_000, endMs - monotonicMs())));
		}
		const changes = (await polywan.events()).filter(({ kind, at_ms }) => kind === "uplink" && at_ms >= since);
		const of = (name: string, family: string) =>
			changes.filter((event) => event.uplink === name && event.family === family);
		const most = (name: string) => Math.max(...["ipv4", "ipv6"].map((family) => of(name, family).length));
		report.atMost(`changes of state in ${lossMinutes} min at 5 % loss`, most("wan"), "", 0);
		report.atMost(`changes of state in ${lossMinutes} min at 30 % loss`, most("wanb"), "", 2);
		const { ipv4 } = await polywan.uplink("wanb");
		report.row({
			name: "degraded at 30 % loss",
			value: ipv4?.state === "degraded" ? 1 : 0,
			unit: "",
			bound: "= 1",
			holds: ipv4?.state === "degraded",
		});
	});
}

/** An uplink that fails again and again has to answer for longer; every round starts with a daemon that remembers nothing. */
async function restart(polywan: Polywan, site: Site): Promise<void> {
	await site.router.run(["/etc/init.d/polywan", "restart"]);
	await until("the daemon is back", () =>
		polywan.status().then(
			() => true,
			() => false,
		),
	);
	await polywan.untilState("up", "wan", "wanb");
}

function recent(loop: ConnectLoop, count: number): { source: string | null }[] {
	const last = loop.attempts.slice(-count);
	return last.length === count ? last : [{ source: null }];
}

type Attempts = Awaited<ReturnType<ConnectLoop["stop"]>>;

/** When the last connection started, after the fault, that was not established within 1 s; 0 when none was lost. */
function lastLateMs(attempts: Attempts, faultMs: number): number {
	const late = attempts.filter(({ tookMs }) => tookMs === null || tookMs > 1000);
	return Math.max(0, ...late.map(({ startMs }) => startMs - faultMs));
}

function failed(attempts: Attempts): number {
	return attempts.filter(({ tookMs }) => tookMs === null || tookMs > 1000).length;
}
