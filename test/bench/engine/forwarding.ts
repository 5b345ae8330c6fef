import { buildPlan } from "polywan-core/plan/build";
import type { Plan } from "polywan-core/plan/plan";
import { renderNft, renderNftRemoval } from "polywan-core/render/nft";
import { KernelBed } from "../../lab/kernel-bed.ts";
import { labProgram } from "../../lab/namespaces.ts";
import { manyUplinks, planInput } from "../../unit/polywan-core/fixture.ts";
import { median, type Report } from "../harness.ts";

const rounds = 15;
const sendMs = 250;
const uplinks = 3;
const server = "192.0.2.200";

/** What connection tracking alone is: on, and one rule that looks at it. */
const TRACKED = `table inet tracked {
	chain forward { type filter hook forward priority filter; policy accept; ct state invalid drop; }
}
`;

/** Packets end where they are counted. */
const SINK = `table inet sink {
	chain in { type filter hook prerouting priority -400; policy accept; iifname "x*" meta l4proto udp drop; }
}
`;

const LOADS = [
	{ load: "one", words: "64-byte UDP", unit: "pps", least: 0.97 },
	{ load: "new", words: "new connections", unit: "/s", least: 0.85 },
] as const;

type Load = (typeof LOADS)[number]["load"];
type Setting = "alone" | "100" | "1000" | "iptables";
const SETTINGS: readonly Setting[] = ["alone", "100", "1000", "iptables"];

/** What a LAN host gets through the router with rules of ours and without, by turns. */
export async function measureForwarding(report: Report): Promise<void> {
	const bed = await KernelBed.build("forwarding");
	try {
		await bed.world.mustRun(["nft", "-f", "-"], { input: SINK });
		await bed.router.mustRun(["nft", "-f", "-"], { input: TRACKED });
		await bed.router.ip(["route add default via 100.64.1.1"]);
		const [few, many] = [planOf(100), planOf(1000)];
		await bed.applyIp(many);
		const texts = { "100": renderNft(few), "1000": renderNft(many) };
		for (const { load, words, unit, least } of LOADS) {
			const rates: Record<Setting, number[]> = { alone: [], "100": [], "1000": [], iptables: [] };
			for (let round = 1; round <= rounds; round++) {
				report.progress(`${words}, ${round} of ${rounds}`);
				for (const setting of round % 2 === 1 ? SETTINGS : [...SETTINGS].reverse()) {
					await bed.nft(setting === "100" || setting === "1000" ? texts[setting] : renderNftRemoval());
					await bed.applyIptables("legacy", setting === "iptables" ? many : null);
					rates[setting].push(await rateOf(bed, load));
				}
			}
			tell(report, rates, words, unit, least);
		}
	} finally {
		await bed.close();
	}
}

function planOf(rules: number): Plan {
	return buildPlan(planInput(manyUplinks(uplinks, rules)));
}

/** Packets a second that came out of the uplinks. */
async function rateOf(bed: KernelBed, load: Load): Promise<number> {
	await bed.router.run(["conntrack", "-F"]);
	const before = await countArrived(bed);
	const startMs = performance.now();
	await bed.lan.mustRun([labProgram("flood"), server, load, String(sendMs)]);
	const tookMs = Math.min(performance.now() - startMs, sendMs);
	return ((await countArrived(bed)) - before) / (tookMs / 1000);
}

async function countArrived(bed: KernelBed): Promise<number> {
	const listing = await bed.world.mustRun(["ip", "-s", "-j", "link"]);
	const devices = JSON.parse(listing) as { ifname: string; stats64: { rx: { packets: number } } }[];
	return devices
		.filter(({ ifname }) => /^x[123]$/.test(ifname))
		.reduce((sum, { stats64 }) => sum + stats64.rx.packets, 0);
}

function tell(
	report: Report,
	rates: Readonly<Record<Setting, readonly number[]>>,
	words: string,
	unit: string,
	least: number,
): void {
	const ratio = (of: Setting, to: Setting): number =>
		median(rates[of].map((rate, round) => rate / (rates[to][round] ?? Number.NaN)));
	report.measured(`${words}: conntrack alone`, median(rates.alone), unit);
	report.measured(`${words}: 1,000 rules, nft`, median(rates["1000"]), unit);
	report.atLeast(`${words}: 1,000 rules, nft, of conntrack alone`, ratio("1000", "alone"), "", least);
	report.measured(`${words}: 1,000 rules of 100 rules, nft`, ratio("1000", "100"), "");
	report.measured(`${words}: 1,000 rules, iptables, of conntrack alone`, ratio("iptables", "alone"), "");
}
