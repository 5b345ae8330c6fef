import { buildPlan } from "polywan-core/plan/build";
import type { Plan } from "polywan-core/plan/plan";
import { renderNft, renderNftRemoval } from "polywan-core/render/nft/table";
import { KernelBed } from "../../lab/kernel-bed.ts";
import { firstLine, labProgram } from "../../lab/namespaces.ts";
import { manyUplinks, planInput } from "../../unit/polywan-core/fixture.ts";
import { median, type Report } from "../harness.ts";

const rounds = 17;
const sendMs = 200;
const uplinks = 3;
const server = "192.0.2.200";
/** Two measurements of the same differ by as much. */
const noise = 0.03;

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
	{ load: "stream", words: "TCP", unit: "Mbit/s", least: 0.97 },
	{ load: "one", words: "64-byte UDP", unit: "pps", least: 0.97 },
	{ load: "new", words: "new connections", unit: "/s", least: 0.85 },
] as const;

type Load = (typeof LOADS)[number]["load"];

/**
 * `single`: one routing table, and never an ip rule: what any policy routing costs is told beside it. `alone`: connection tracking
 * with the routing of a router with several uplinks, which the others have as well, and no rule of ours.
 */
const SETTINGS = ["single", "alone", "100", "1000", "iptables"] as const;
type Setting = (typeof SETTINGS)[number];
type Rates = Readonly<Record<Setting, number[]>>;

/** What a LAN host gets through the router with rules of ours and without, by turns. */
export async function measureForwarding(report: Report): Promise<void> {
	const beds = [await KernelBed.build("forwarding"), await KernelBed.build("forwarding-single")] as const;
	try {
		for (const bed of beds) await prepare(bed);
		const [few, many] = [planOf(100), planOf(1000)];
		await beds[0].applyIp(many);
		const texts = { "100": renderNft(few), "1000": renderNft(many) };
		for (const { load, words, unit, least } of LOADS) {
			const rates: Rates = { single: [], alone: [], "100": [], "1000": [], iptables: [] };
			for (let round = 1; round <= rounds; round++) {
				report.progress(`${words}, ${round} of ${rounds}`);
				for (const setting of round % 2 === 1 ? SETTINGS : [...SETTINGS].reverse()) {
					const bed = beds[setting === "single" ? 1 : 0];
					await bed.nft(setting === "100" || setting === "1000" ? texts[setting] : renderNftRemoval());
					await bed.applyIptables("legacy", setting === "iptables" ? many : null);
					rates[setting].push(await rateOf(bed, load));
				}
			}
			tell(report, rates, words, unit, least);
		}
	} finally {
		for (const bed of beds) await bed.close();
	}
}

async function prepare(bed: KernelBed): Promise<void> {
	await bed.world.mustRun(["nft", "-f", "-"], { input: SINK });
	await bed.router.mustRun(["nft", "-f", "-"], { input: SITE });
	await bed.router.ip(["route add default via 100.64.1.1"]);
	await firstLine(bed.world.spawn([labProgram("flood"), server, "sink", "0"]), "the sink");
}

/** Half of the rules are for UDP: what is sent here is looked for among them all, and matches none. */
function planOf(rules: number): Plan {
	const tcpAlone = manyUplinks(uplinks, rules);
	const text = tcpAlone.replaceAll(/proto tcp(?=\n\toption dest_port \d*[02468]\n)/g, "proto udp");
	return buildPlan({ ...planInput(text), localNetworks: ["192.168.1.0/24", "fd00:1::/64"] });
}

/** Packets or megabits a second. */
async function rateOf(bed: KernelBed, load: Load): Promise<number> {
	await bed.router.run(["conntrack", "-F"]);
	const before = await countArrived(bed);
	const sent = await bed.lan.mustRun([labProgram("flood"), server, load, String(sendMs)]);
	const [, tookMs = Number.NaN] = sent.split(" ").map(Number);
	const { packets, bytes } = await countArrived(bed);
	return load === "stream"
		? ((bytes - before.bytes) * 8) / 1000 / tookMs
		: ((packets - before.packets) * 1000) / tookMs;
}

/** What came out of the uplinks. */
async function countArrived(bed: KernelBed): Promise<{ readonly packets: number; readonly bytes: number }> {
	const listing = await bed.world.mustRun(["ip", "-s", "-j", "link"]);
	const devices = JSON.parse(listing) as {
		ifname: string;
		stats64: { rx: { packets: number; bytes: number } };
	}[];
	const counts = devices.filter(({ ifname }) => /^x[123]$/.test(ifname)).map(({ stats64 }) => stats64.rx);
	const sum = (kind: "packets" | "bytes"): number => counts.reduce((total, count) => total + count[kind], 0);
	return { packets: sum("packets"), bytes: sum("bytes") };
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
