import type { Family } from "polywan-core/family";
import { FAMILIES } from "polywan-core/family";
import type { Plan, PlanTable } from "polywan-core/plan/plan";
import { diffIp, renderIpBatch } from "polywan-core/render/ip";
import { diffIptables, parseIptablesSave } from "polywan-core/render/iptables/save";
import { renderNftChange } from "polywan-core/render/nft/change";
import { diffShareElements } from "polywan-core/render/nft/share-elements";
import { buildNftRuleset, NFT_TABLE, renderNft } from "polywan-core/render/nft/table";
import { FakeIp } from "./fake-ip.ts";
import { FakeIptables } from "./fake-iptables.ts";
import { FakeNft } from "./fake-nft.ts";
import { inNetwork, type Packet } from "./fake-packet.ts";

/** Which step of an apply fails: the number of steps (batch lines, transactions, tables) that still work. */
export type Failure = number | null;

/** A kernel that only understands what polywan-core renders, and the way the daemon brings plans into it. */
export class FakeKernel {
	readonly ip = new FakeIp();
	readonly nft = new FakeNft();
	readonly iptables = { 4: new FakeIptables(), 6: new FakeIptables() };
	/** What the nft table holds for sure. */
	#known: Plan | null = null;

	/** Both back ends at once. Throws where `failure` says; then the kernel is as far as it got. */
	apply(plan: Plan, failure: Failure = null): void {
		let left = failure ?? Number.POSITIVE_INFINITY;
		const step = (): void => {
			if (left-- <= 0) throw new Error("cut off");
		};
		for (const family of FAMILIES) {
			const batch = renderIpBatch(diffIp(this.ip, plan), family);
			const lines = batch.split("\n").length - 1;
			this.ip.batch(batch, family, left);
			left -= lines;
		}
		step();
		const known = this.#known;
		this.#known = null;
		this.nft.load(known === null ? renderNft(plan) : renderNftChange(known, plan));
		this.#known = plan;
		for (const family of FAMILIES) {
			const saved = parseIptablesSave(this.iptables[family].save());
			for (const { text } of diffIptables(saved, plan, family)) {
				step();
				this.iptables[family].restore(text);
			}
		}
	}

	/** Other shares of those policies as elements of maps alone; false where that is not enough, or nothing is known. */
	divert(plan: Plan, kernelNames: readonly string[]): boolean {
		const known = this.#known;
		const changes = known === null ? null : diffShareElements(known, plan, kernelNames);
		if (known === null || changes === null) return false;
		const { sets } = buildNftRuleset(known);
		for (const { set, elements } of changes) {
			const place = `element inet ${NFT_TABLE} ${set}`;
			const old = sets.find(({ name }) => name === set)?.elements;
			const keys = elements.map(([slot]) => `${slot} : ${old?.get(String(slot))}`).join(", ");
			const entries = elements.map(([slot, chain]) => `${slot} : goto ${chain}`).join(", ");
			this.nft.load(`delete ${place} { ${keys} }\nadd ${place} { ${entries} }\n`);
		}
		this.#known = plan;
		return true;
	}

	/** The daemon was restarted: it knows nothing of the table. */
	forget(): void {
		this.#known = null;
	}

	get dump(): readonly string[] {
		return [...this.ip.dump, ...this.nft.dump, ...this.iptables[4].dump, ...this.iptables[6].dump];
	}

	/** The mark each back end gives a packet in prerouting, or in output when it is the router's own. */
	marks(packet: Packet): { nft: number; iptables: number } {
		const hook = packet.incoming === null ? "output" : "prerouting";
		const forNft = { ...packet, connected: packet.connected || !this.#isInternet(packet) };
		this.nft.pass(hook, forNft);
		const forIptables = { ...packet };
		this.iptables[packet.family].pass("mangle", hook.toUpperCase(), forIptables);
		return { nft: forNft.mark, iptables: forIptables.mark };
	}

	/** Whether the table that is asked says so. */
	#isInternet({ family, destination }: Packet): boolean {
		if (family === 6) return true;
		const isProbe = ({ routes }: PlanTable): boolean =>
			routes.some((route) => route.kind === "unicast" && route.nexthops[0]?.device === "lo");
		const probe = this.ip.tables.find((table) => table.family === family && isProbe(table));
		return (
			probe !== undefined &&
			!probe.routes.some((route) => route.kind === "unreachable" && inNetwork(destination, route.destination))
		);
	}

	/** The connection mark each back end gives what leaves by a device. */
	connectionMarks(packet: Packet): { nft: number; iptables: number } {
		const forNft = { ...packet };
		this.nft.pass("nat_postrouting", forNft);
		const forIptables = { ...packet };
		this.iptables[packet.family].pass("mangle", "POSTROUTING", forIptables);
		return { nft: forNft.ctMark, iptables: forIptables.ctMark };
	}
}

/** A packet with nothing special about it. */
export function packetOf(family: Family, change: Partial<Packet> = {}): Packet {
	return {
		family,
		incoming: "br-lan",
		outgoing: null,
		source: family === 4 ? "192.168.1.100" : "fd00:1::100",
		destination: family === 4 ? "192.0.2.1" : "2001:db8:ffff::1",
		protocol: 17,
		sourcePort: 50_000,
		destinationPort: 443,
		connected: false,
		mark: 0,
		ctMark: 0,
		...change,
	};
}
