import type { ChildProcess } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Family } from "polywan-core/family";
import { FAMILIES } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import { diffIp, renderIpBatch } from "polywan-core/render/ip";
import { buildIpsets, renderIpsets } from "polywan-core/render/iptables/ipset";
import type { IptablesSave } from "polywan-core/render/iptables/save";
import { diffIptables, parseIptablesSave } from "polywan-core/render/iptables/save";
import {
	COMPARED_TABLE,
	diffNftListings,
	normaliseNftListing,
	renderNftComparison,
	renderNftComparisonEnd,
} from "polywan-core/render/nft/listing";
import { NFT_TABLE } from "polywan-core/render/nft/table";
import { parseIpRoutes, parseIpRules, readRoutesCommand, readRulesCommand } from "./ip-json.ts";
import { Namespaces, type NetworkNamespace } from "./namespaces.ts";
import { until } from "./until.ts";

/** iptables as Debian has it: over nf_tables and the old one. */
export type IptablesKind = "nft" | "legacy";

const UPLINKS = [1, 2, 3];

/** Counts the flows' packets and answers to pings by the device they came in by. */
const COUNTERS = `table inet count {
	set seen { type ifname . nf_proto; flags dynamic; counter; }
	set sources4 { type ipv4_addr . ifname; flags dynamic; }
	set sources6 { type ipv6_addr . ifname; flags dynamic; }
	chain in { type filter hook prerouting priority raw; policy accept;
		udp dport { 9, 3074 } update @seen { iifname . meta nfproto }
		icmp type echo-reply update @seen { iifname . meta nfproto }
		icmpv6 type echo-reply update @seen { iifname . meta nfproto }
		udp dport { 9, 3074 } update @sources4 { ip saddr . iifname }
		udp dport { 9, 3074 } update @sources6 { ip6 saddr . iifname }
	}
}
`;

/**
 * A LAN host, a router with uplinks w1, w2, w3 and a tunnel-like device vpn0, and the world at their other ends, in
 * namespaces of their own. Nothing of polywan runs: only rendered text is loaded.
 */
export class KernelBed {
	readonly lan: NetworkNamespace;
	readonly router: NetworkNamespace;
	readonly world: NetworkNamespace;
	readonly #namespaces: Namespaces;

	private constructor(namespaces: Namespaces) {
		this.#namespaces = namespaces;
		this.lan = namespaces.network(0);
		this.router = namespaces.network(1);
		this.world = namespaces.network(2);
	}

	static async build(name: string): Promise<KernelBed> {
		const bed = new KernelBed(await Namespaces.hold(`pwlab${process.pid}-${name}`, "kernel", 3));
		await bed.router.sysctl([
			"net/ipv4/ip_forward=1",
			"net/ipv6/conf/all/forwarding=1",
			"net/ipv4/conf/all/rp_filter=0",
		]);
		await bed.router.ip([
			`link add br-lan type veth peer name eth0 netns ${bed.lan.path}`,
			...UPLINKS.map((n) => `link add w${n} type veth peer name x${n} netns ${bed.world.path}`),
			`link add vpn0 type veth peer name x9 netns ${bed.world.path}`,
			...["br-lan", "vpn0", ...UPLINKS.map((n) => `w${n}`)].map((device) => `link set ${device} up`),
			"addr add 192.168.1.1/24 dev br-lan",
			"addr add fd00:1::1/64 dev br-lan nodad",
			"addr add 10.9.0.1/24 dev vpn0",
			"addr add fd09::1/64 dev vpn0 nodad",
			...UPLINKS.flatMap((n) => [
				`addr add 100.64.${n}.2/24 dev w${n}`,
				`addr add 2001:db8:${n}::2/64 dev w${n} nodad`,
			]),
		]);
		await bed.lan.ip([
			"link set eth0 up",
			"addr add 192.168.1.100/24 dev eth0",
			"addr add fd00:1::100/64 dev eth0 nodad",
			"route add default via 192.168.1.1",
			"route add default via fd00:1::1",
		]);
		await bed.world.ip([
			...[...UPLINKS, 9].map((n) => `link set x${n} up`),
			...UPLINKS.flatMap((n) => [
				`addr add 100.64.${n}.1/24 dev x${n}`,
				`addr add fe80::${n}/64 dev x${n} nodad`,
			]),
			"addr add 10.9.0.2/24 dev x9",
			"addr add fd09::2/64 dev x9 nodad",
			"addr add 192.0.2.200/32 dev lo",
			"addr add 2001:db8:ffff::200/128 dev lo",
		]);
		await bed.router.ip(["route add 10.5.0.0/24 via 10.9.0.2", "route add fd05::/64 via fd09::2"]);
		await bed.world.mustRun(["nft", "-f", "-"], { input: COUNTERS });
		return bed;
	}

	close(): Promise<void> {
		return this.#namespaces.close();
	}

	/** Brings rules and tables to what the plan wants; what was different before, as batch text. */
	async applyIp(plan: Pick<Plan, "ipRules" | "tables" | "priorityBase" | "tableBase">): Promise<string> {
		let batches = "";
		for (const family of FAMILIES) {
			const rules = parseIpRules(await this.router.mustRun(readRulesCommand(family)), family);
			const { code, stdout } = await this.router.run(readRoutesCommand(family));
			const tables = parseIpRoutes(code === 0 ? stdout : "", family);
			const actual = {
				ipRules: rules.filter(
					({ priority }) => priority >= plan.priorityBase && priority < plan.priorityBase + 1000,
				),
				tables: tables.filter(({ table }) => table >= plan.tableBase && table < plan.tableBase + 256),
			};
			const batch = renderIpBatch(diffIp(actual, plan), family);
			batches += batch;
			if (batch !== "") await this.router.mustRun(["ip", `-${family}`, "-batch", "-"], { input: batch });
		}
		return batches;
	}

	/** How the kernel's nft table differs from the plan's, in normalised lines. */
	async nftDifferences(wanted: Plan): Promise<readonly string[]> {
		await this.nft(renderNftComparison(wanted));
		const list = (table: string): Promise<string> =>
			this.router.mustRun(["nft", "list", "table", "inet", table]);
		const texts = [await list(NFT_TABLE), await list(COMPARED_TABLE)];
		await this.nft(renderNftComparisonEnd());
		const [actual = [], desired = []] = texts.map(normaliseNftListing);
		return diffNftListings(actual, desired);
	}

	async nft(input: string): Promise<void> {
		if (input !== "") await this.router.mustRun(["nft", "-f", "-"], { input });
	}

	async saveIptables(kind: IptablesKind, family: Family): Promise<IptablesSave> {
		return parseIptablesSave(await this.router.mustRun([`${program(family)}-${kind}-save`]));
	}

	/** Returns the number of tables that had to be changed. */
	async applyIptables(kind: IptablesKind, plan: Plan | null): Promise<number> {
		let changed = 0;
		const sets = plan === null ? [] : FAMILIES.flatMap((family) => buildIpsets(plan, family));
		if (sets.length > 0)
			await this.router.mustRun(["ipset", "-exist", "restore"], { input: renderIpsets(sets) });
		for (const family of FAMILIES) {
			for (const { text } of diffIptables(await this.saveIptables(kind, family), plan, family)) {
				const restore = [`${program(family)}-${kind}-restore`, "--noflush", "-w"];
				await this.router.mustRun([...restore, "--test"], { input: text });
				await this.router.mustRun(restore, { input: text });
				changed++;
			}
		}
		return changed;
	}

	/**
	 * Packets that came out of each device since the last call, per family. `total`: as many as must come; on a busy machine the
	 * kernel may still have some in hand when their sender is done.
	 */
	async count(total = 0): Promise<Record<Family, Record<string, number>>> {
		const counts = await until(`${total} packets came out`, async () => {
			const read = await this.#readCounts();
			const sum = [...Object.values(read[4]), ...Object.values(read[6])].reduce((a, b) => a + b, 0);
			return sum >= total ? read : Promise.reject(new Error(JSON.stringify(read)));
		});
		await this.world.mustRun(["nft", "flush", "set", "inet", "count", "seen"]);
		return counts;
	}

	async #readCounts(): Promise<Record<Family, Record<string, number>>> {
		const listing = await this.world.mustRun(["nft", "-j", "list", "set", "inet", "count", "seen"]);
		const counts: Record<Family, Record<string, number>> = { 4: {}, 6: {} };
		const parsed = JSON.parse(listing) as { nftables: { set?: { elem?: CountedElement[] } }[] };
		for (const { elem } of parsed.nftables.flatMap((entry) => entry.set?.elem ?? [])) {
			const [device, protocol] = elem.val.concat;
			counts[protocol === "ipv4" ? 4 : 6][device] = elem.counter.packets;
		}
		return counts;
	}

	/** Sources that came out of each device since the last call, `total` of them: "100.64.1.2 x1". */
	async sources(family: Family, total = 0): Promise<readonly string[]> {
		const set = ["set", "inet", "count", `sources${family}`];
		const sources = await until(`${total} sources came out`, async () => {
			const listing = await this.world.mustRun(["nft", "list", ...set]);
			const seen = [...listing.matchAll(/(\S+) \. "(x\d)"/g)].map((match) => `${match[1]} ${match[2]}`);
			return seen.length >= total ? seen.sort() : Promise.reject(new Error(seen.join()));
		});
		await this.world.mustRun(["nft", "flush", ...set]);
		return sources;
	}

	/** Pings the LAN host from the Internet, in by uplink `n`; returns the number of answers. */
	async pingInBy(n: number, family: Family): Promise<number> {
		const to = family === 4 ? "192.168.1.100" : "fd00:1::100";
		const from = family === 4 ? "192.0.2.200" : "2001:db8:ffff::200";
		const router = family === 4 ? `100.64.${n}.2` : `2001:db8:${n}::2 onlink`;
		await this.world.ip([`route replace ${to} via ${router} dev x${n}`]);
		const { stdout } = await this.world.run(["ping", "-I", from, "-c", "4", "-i", "0.01", "-W", "5", to]);
		await this.world.ip([`route del ${to} dev x${n}`]);
		return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0);
	}

	/** Flows from a host, each with its own port. */
	flows(from: NetworkNamespace, family: Family, targets: readonly string[], count: number): Flows {
		return new Flows(
			from.spawn(["node", "-e", FLOWS_PROGRAM, String(family), targets.join(), String(count)]),
		);
	}
}

interface CountedElement {
	elem: { val: { concat: [device: string, protocol: string] }; counter: { packets: number } };
}

function program(family: Family): string {
	return family === 4 ? "iptables" : "ip6tables";
}

/** Each line of input: one packet of every flow, in turn; answered with a line when they are sent. */
const FLOWS_PROGRAM = `
const [family, targets, count] = process.argv.slice(1);
const dgram = require("node:dgram");
const flows = [];
(async () => {
	for (let n = 0; n < Number(count); n++) {
		const socket = dgram.createSocket("udp" + family);
		await new Promise((resolve) => socket.bind(resolve));
		const [address, port = "9"] = targets.split(",")[n % targets.split(",").length].split("#");
		flows.push(() => new Promise((resolve, reject) =>
			socket.send("x", Number(port), address, (error) => (error && error.code !== "EPERM" ? reject(error) : resolve()))));
	}
	for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
		for (const send of flows) await send();
		console.log("sent");
	}
})();
`;

/** UDP flows that can be continued. */
export class Flows {
	readonly #child: ChildProcess;
	readonly #lines: Interface;

	constructor(child: ChildProcess) {
		this.#child = child;
		if (child.stdout === null) throw new Error("flows need a pipe");
		this.#lines = createInterface({ input: child.stdout });
	}

	/** One packet of each flow, one flow after the other. */
	send(): Promise<void> {
		return new Promise((resolve, reject) => {
			const failed = (code: number | null): void => reject(new Error(`the sender ended with ${code}`));
			this.#child.once("exit", failed);
			this.#lines.once("line", () => {
				this.#child.off("exit", failed);
				resolve();
			});
			this.#child.stdin?.write("go\n");
		});
	}

	end(): void {
		this.#child.stdin?.end();
	}
}
