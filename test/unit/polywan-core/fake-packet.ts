import { networkContains, parseAddress, parseNetwork } from "polywan-core/address";
import type { Family } from "polywan-core/family";

/** A packet of a new connection on its way through one hook, with what rules change about it. */
export interface Packet {
	readonly family: Family;
	/** null for the router's own. */
	readonly incoming: string | null;
	readonly outgoing: string | null;
	readonly source: string;
	readonly destination: string;
	readonly protocol: number;
	readonly sourcePort: number;
	readonly destinationPort: number;
	/** A route more specific than a default one leads there. */
	readonly connected: boolean;
	/** As the packet says; what is absent is 0, and no hardware address or account. */
	readonly mac?: string;
	readonly dscp?: number;
	readonly icmpType?: number;
	readonly user?: number;
	readonly group?: number;
	mark: number;
	ctMark: number;
}

/** What happens after one part of a rule. "break": the rule does not match. */
export type Outcome =
	| "next"
	| "break"
	| "return"
	| "accept"
	| { readonly goto: string }
	| { readonly jump: string };

export type Part = (packet: Packet) => Outcome;

export function inNetwork(address: string, network: string): boolean {
	const parsed = parseNetwork(network);
	const inside = parseAddress(address);
	return parsed !== null && inside !== null && networkContains(parsed, inside);
}

/** `80`, `1000-2000` or `1000:2000`. */
export function inPorts(port: number, text: string): boolean {
	const [from = Number.NaN, to = from] = text.split(/[-:]/).map(Number);
	return port >= from && port <= to;
}

/** Runs a chain as netfilter does: a goto does not come back to the chain it is in. Returns whether the packet was accepted for good. */
export function traverse(
	chains: ReadonlyMap<string, readonly (readonly Part[])[]>,
	name: string,
	packet: Packet,
): boolean {
	const rules = chains.get(name);
	if (rules === undefined) throw new Error(`no chain ${name}`);
	for (const parts of rules) {
		let outcome: Outcome = "next";
		for (const part of parts) {
			outcome = part(packet);
			if (outcome !== "next") break;
		}
		if (outcome === "next" || outcome === "break") continue;
		if (outcome === "accept") return true;
		if (outcome === "return") return false;
		if ("goto" in outcome) return traverse(chains, outcome.goto, packet);
		if (traverse(chains, outcome.jump, packet)) return true;
	}
	return false;
}
