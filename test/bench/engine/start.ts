import { Polywan } from "../../lab/polywan.ts";
import { renderPolywanConfig } from "../../lab/polywan-config.ts";
import { Site } from "../../lab/site.ts";
import { until } from "../../lab/until.ts";
import { median, type Report } from "../harness.ts";

const rounds = 9;
const uplinks = 10;
const rules = 200;
const most = { nftables: 60, iptables: 150 } as const;
/** What is there when everything else is: one transaction, or the last of the tables (iptables over nf_tables). */
const lastRule = { nftables: "add table inet polywan", iptables: "jump polywan_prerouting" } as const;

/** From the program's start to the first rules in the kernel, with and without a configuration by turns. */
export async function measureStarts(report: Report, firewall: keyof typeof most): Promise<void> {
	const names = Array.from({ length: uplinks }, (_, i) => `wan${i + 1}`);
	const each = Object.fromEntries(names.map((name) => [name, {}]));
	const configs = { empty: "", full: fullConfig(each) };
	const site = await Site.build({ uplinks: each, firewall, daemon: true, config: configs.full });
	try {
		const polywan = new Polywan(site);
		await site.router.run(["/etc/init.d/polywan", "stop"]);
		const tookMs = { empty: [] as number[], full: [] as number[] };
		for (let round = 1; round <= rounds; round++) {
			report.progress(`start with ${firewall}, ${round} of ${rounds}`);
			for (const kind of ["empty", "full"] as const) {
				site.router.writeFile("/etc/config/polywan", configs[kind]);
				tookMs[kind].push(await startOnce(site, polywan, kind === "full" ? lastRule[firewall] : null));
			}
		}
		const more = median(tookMs.full.map((full, round) => full - (tookMs.empty[round] ?? Number.NaN)));
		report.measured(`${firewall}: start without uplinks`, median(tookMs.empty), "ms");
		report.measured(`${firewall}: start with ${uplinks} uplinks, ${rules} rules`, median(tookMs.full), "ms");
		report.atMost(`${firewall}: more than with an empty configuration`, more, "ms", most[firewall]);
	} finally {
		await site.close();
	}
}

function fullConfig(each: Record<string, Record<string, string>>): string {
	const names = Object.keys(each);
	const target = (n: number): string => (n % 2 === 0 ? "all" : (names[n % names.length] ?? "all"));
	const entries = Array.from({ length: rules }, (_, n): [string, Record<string, string>] => [
		`r${n}`,
		{ proto: "tcp", dest_ip: `10.1.${n}.0/24`, dest_port: String(1000 + n), target: target(n) },
	]);
	return renderPolywanConfig({
		asShipped: true,
		uplinks: each,
		policies: { all: { mode: "weighted" } },
		rules: Object.fromEntries(entries),
	});
}

/** Nothing is done for an empty configuration: there it is the daemon that says when. */
async function startOnce(site: Site, polywan: Polywan, rule: string | null): Promise<number> {
	const answers = () =>
		polywan.status().then(
			() => true,
			() => false,
		);
	await until("no daemon answers", async () => !(await answers()));
	const monitor = rule === null ? null : await watchKernel(site, rule);
	const startMs = Date.now();
	const daemon = site.router.spawn(["/usr/sbin/polywan", "daemon"], { stdio: "ignore" });
	// Questions would be answered in between.
	if (monitor !== null) await until("the rules are active", () => monitor.seenMs);
	await until("the daemon answers", async () => (await polywan.status()).apply.at_ms >= startMs);
	const activeMs = monitor?.seenMs ?? (await polywan.status()).apply.at_ms;
	daemon.kill("SIGTERM");
	monitor?.end();
	await until("the daemon has ended", () => daemon.exitCode !== null || daemon.signalCode !== null);
	await site.router.run(["polywan", "clear"]);
	return activeMs - startMs;
}

/** Waits in the kernel for the first change that has the text. */
async function watchKernel(site: Site, rule: string): Promise<{ readonly seenMs: number; end(): void }> {
	const child = site.router.spawn(["nft", "monitor"]);
	let text = "";
	const watch = { seenMs: 0, end: () => void child.kill() };
	child.stdout?.on("data", (chunk) => {
		text += chunk;
		if (watch.seenMs === 0 && text.includes(rule)) watch.seenMs = Date.now();
	});
	await until("the kernel is watched", async () => {
		await site.router.mustRun(["nft", "-f", "-"], { input: "table inet bench\ndelete table inet bench\n" });
		return text.includes("delete table inet bench");
	});
	return watch;
}
