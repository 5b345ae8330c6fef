import { parseAddress, renderAddress } from "../address.ts";
import type { Family } from "../family.ts";
import { NFT_TABLE } from "./nft/table.ts";

/** A TCP connection as its client sends: from `source` (in the LAN) to `destination`. Addresses as text. */
export interface TcpTuple {
	readonly family: Family;
	readonly source: string;
	readonly destination: string;
	readonly sourcePort: number;
	readonly destinationPort: number;
}

/** iptables walks the rules one by one: more would cost every new connection too much. */
const MAX_IPTABLES_RESETS = 1000;

/**
 * Text for `nft -f -` after which packets of these connections get a reset, for 60 seconds each (time-out of the sets);
 * one that is in the set already starts anew. Empty without tuples.
 */
export function renderNftResets(tuples: readonly TcpTuple[]): string {
	const lines: string[] = [];
	for (const family of [4, 6] as const) {
		const elements = new Set(canonical(tuples, family).map(renderElement));
		if (elements.size === 0) continue;
		const list = [...elements].join(", ");
		const set = `inet ${NFT_TABLE} reset${family}`;
		lines.push(
			`add element ${set} { ${list} }`,
			`delete element ${set} { ${list} }`,
			`add element ${set} { ${list} }`,
		);
	}
	return lines.map((line) => `${line}\n`).join("");
}

/** RFC 863: whether anything serves it or not, what comes in the middle of a connection that is not there is reset. */
const DISCARD_PORT = 9;

/**
 * Text for `iptables-restore --noflush` (or ip6tables-restore) after which packets of exactly these connections get a
 * reset: the whole chain is written anew, so leaving a tuple out ends its reset. The newest 1,000 are taken. The router's own
 * TCP answers, to which they are led: REJECT is for packets that have a route, and there may be none left.
 */
export function renderIptablesResets(tuples: readonly TcpTuple[], family: Family): string {
	const width = family === 4 ? 32 : 128;
	const rules = canonical(tuples, family)
		.slice(-MAX_IPTABLES_RESETS)
		.map(
			(tuple) =>
				`-A polywan_reset -s ${tuple.source}/${width} -d ${tuple.destination}/${width} -p tcp -m tcp --sport ${tuple.sourcePort} --dport ${tuple.destinationPort} -j REDIRECT --to-ports ${DISCARD_PORT}`,
		);
	return ["*nat", ":polywan_reset - [0:0]", ...rules, "COMMIT", ""].join("\n");
}

/** Of the family, with addresses that are addresses. */
function canonical(tuples: readonly TcpTuple[], family: Family): readonly TcpTuple[] {
	return tuples.flatMap((tuple) => {
		if (tuple.family !== family) return [];
		const source = parseAddress(tuple.source);
		const destination = parseAddress(tuple.destination);
		if (source?.family !== family || destination?.family !== family) return [];
		return [{ ...tuple, source: renderAddress(source), destination: renderAddress(destination) }];
	});
}

function renderElement(tuple: TcpTuple): string {
	return `${tuple.source} . ${tuple.destination} . ${tuple.sourcePort} . ${tuple.destinationPort}`;
}
