import { buildPlan } from "polywan-core/plan/build";
import type { Plan } from "polywan-core/plan/plan";
import { renderNft } from "polywan-core/render/nft/table";
import { mustRun } from "../../lab/command.ts";
import { KernelBed } from "../../lab/kernel-bed.ts";
import { firstLine, labProgram } from "../../lab/namespaces.ts";
import { manyUplinks, planInput } from "../../unit/polywan-core/fixture.ts";
import { median, type Report } from "../harness.ts";

const sendMs = 25;
/** Connections of several rounds are tracked at a time, as in a house: as many as are made in 200 ms. */
const roundsUntilFlush = 8;
const uplinks = 3;
const server = "192.0.2.200";
/** Two medians of the same differ by as much on a machine that does something else, too. */
const noise = 0.02;

/**
 * What a router with this site does without polywan: it tracks connections, drops what belongs to none, and translates the LAN's
 * addresses. It stays when rules of ours are added.
 */
const SITE = `table inet site {
	chain forward { type filter hook forward priority filter; policy accept; ct state invalid drop; }
	chain srcnat { type nat hook postrouting priority srcnat; policy accept; oifname "w*" masquerade; }
}
`;

/** Packets end where they are counted. */
const SINK = `table inet sink {
	chain in { type filter hook prerouting priority -400; policy accept; iifname "x*" meta l4proto udp drop; }
}
`;

const LOADS = [
	// How much of a stream goes through at a time varies most.
	{ load: "stream", rounds: 241, words: "TCP", unit: "Mbit/s", least: 0.97 },
	{ load: "one", rounds: 61, words: "64-byte UDP", unit: "pps", least: 0.97 },
	{ load: "new", rounds: 121, words: "new connections", unit: "/s", least: 0.85 },
] as const;

type Load = (typeof LOADS)[number]["load"];

/**
 * `single`: one routing table, and never an ip rule: what any policy routing costs is told beside it. `alone`: connection tracking
 * with the routing of a router with several uplinks, which the others have as well, and no rule of ours.
 */
const SETTINGS = ["single", "alone", "100", "1000", "iptables"] as const;
type Setting = (typeof SETTINGS)[number];
type Rates = Readonly<Record<Setting, number[]>>;

/**
 * What a LAN host gets through a router with rules of ours and through one without. Each setting is a house of its own, so that nothing
 * changes between two measurements but whose turn it is; turns are short, so that whatever else the machine does meets all of them.
 */
export async function measureForwarding(report: Report): Promise<void> {
	const beds: KernelBed[] = [];
	try {
		for (const setting of SETTINGS) {
			report.progress(`forwarding: ${setting}`);
			const bed = await KernelBed.build(`forwarding-${setting}`);
			beds.push(bed);
			await prepare(bed, setting);
		}
		for (const { load, rounds, words, unit, least } of LOADS) {
			const rates: Rates = { single: [], alone: [], "100": [], "1000": [], iptables: [] };
			const before = await Promise.all(beds.map(countArrived));
			let sent = beds.map(() => 0);
			for (let round = 1; round <= rounds; round++) {
				if (round % 10 === 1) report.progress(`${words}, ${round} of ${rounds}`);
				if (round % roundsUntilFlush === 1) await forgetConnections(beds);
				const turn = await takeTurns(beds, load, round);
				for (const [index, setting] of SETTINGS.entries())
					rates[setting].push(turn[index]?.rate ?? Number.NaN);
				sent = sent.map((count, index) => count + (turn[index]?.sent ?? 0));
			}
			const after = await Promise.all(beds.map(countArrived));
			for (const [index, setting] of SETTINGS.entries()) {
				const arrived = (after[index] ?? 0) - (before[index] ?? 0);
				if (load !== "stream" && arrived < 0.99 * (sent[index] ?? 0))
					throw new Error(`${words}, ${setting}: ${arrived} of ${sent[index]} packets arrived`);
			}
			tell(report, rates, words, unit, least);
		}
	} finally {
		for (const bed of beds) await bed.close();
	}
}

async function prepare(bed: KernelBed, setting: Setting): Promise<void> {
	const [few, many] = [planOf(100), planOf(1000)];
	await bed.world.mustRun(["nft", "-f", "-"], { input: SINK });
	await bed.router.mustRun(["nft", "-f", "-"], { input: SITE });
	await bed.router.ip(["route add default via 100.64.1.1"]);
	await firstLine(bed.world.spawn([labProgram("flood"), server, "sink"]), "the sink");
	if (setting !== "single") await bed.applyIp(many);
	if (setting === "100" || setting === "1000") await bed.nft(renderNft(setting === "100" ? few : many));
	if (setting === "iptables") await bed.applyIptables("legacy", many);
}

async function forgetConnections(beds: readonly KernelBed[]): Promise<void> {
	for (const bed of beds) await bed.router.run(["conntrack", "-F"]);
}

interface Turn {
	readonly sent: number;
	/** Packets or megabits a second. */
	readonly rate: number;
}

/** Each house once, in one order and with the next round in the other. */
async function takeTurns(
	beds: readonly KernelBed[],
	load: Load,
	round: number,
): Promise<readonly (Turn | undefined)[]> {
	const order = [...beds.keys()];
	if (round % 2 === 0) order.reverse();
	const paths = order.map((index) => beds[index]?.lan.path ?? "");
	const output = await mustRun([labProgram("flood"), server, load, String(sendMs), String(round), ...paths]);
	const turns: Turn[] = [];
	for (const [place, line] of output.trim().split("\n").entries()) {
		const [sent = Number.NaN, tookMs = Number.NaN] = line.split(" ").map(Number);
		const rate = load === "stream" ? (sent * 8) / 1000 / tookMs : (sent * 1000) / tookMs;
		turns[order[place] ?? 0] = { sent, rate };
	}
	return turns;
}

/** Half of the rules are for UDP: what is sent here is looked for among them all, and matches none. */
function planOf(rules: number): Plan {
	const tcpAlone = manyUplinks(uplinks, rules);
	const text = tcpAlone.replaceAll(/proto tcp(?=\n\toption dest_port \d*[02468]\n)/g, "proto udp");
	return buildPlan({ ...planInput(text), localNetworks: ["192.168.1.0/24", "fd00:1::/64"] });
}

/** Packets that came out of the uplinks. */
async function countArrived(bed: KernelBed): Promise<number> {
	const listing = await bed.world.mustRun(["ip", "-s", "-j", "link"]);
	const devices = JSON.parse(listing) as { ifname: string; stats64: { rx: { packets: number } } }[];
	const counts = devices
		.filter(({ ifname }) => /^x[123]$/.test(ifname))
		.map(({ stats64 }) => stats64.rx.packets);
	return counts.reduce((total, count) => total + count, 0);
}

function tell(report: Report, rates: Rates, words: string, unit: string, least: number): void {
	const ratio = (of: Setting, to: Setting): number =>
		median(rates[of].map((rate, round) => rate / (rates[to][round] ?? Number.NaN)));
	report.measured(`${words}: conntrack alone`, median(rates.alone), unit);
	report.measured(`${words}: 1,000 rules, nft`, median(rates["1000"]), unit);
	report.atLeast(`${words}: 1,000 rules, nft, of conntrack alone`, ratio("1000", "alone"), "", least);
	report.atLeast(`${words}: 1,000 rules of 100 rules, nft`, ratio("1000", "100"), "", 1 - noise);
	report.measured(`${words}: 1,000 rules, iptables, of conntrack alone`, ratio("iptables", "alone"), "");
	report.measured(`${words}: 1,000 rules, nft, of a single routing table`, ratio("1000", "single"), "");
	report.measured(`${words}: conntrack alone of a single routing table`, ratio("alone", "single"), "");
}
