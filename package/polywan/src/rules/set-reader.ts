import { networksBetween, parseAddress, parseNetwork, renderNetwork } from "polywan-core/address";
import type { Family } from "polywan-core/family";
import type { NamedSet } from "polywan-core/plan/rule-match";
import { NFT_TABLE } from "polywan-core/render/nft/table";
import { runTool } from "../apply/tool.ts";

/** A larger one would be a burden as a copy. */
const MOST_ELEMENTS = 65_536;
const FAMILY_OF_TYPE: Readonly<Record<string, Family>> = { ipv4_addr: 4, ipv6_addr: 6 };

/** Sets of addresses in tables other than ours, that have one of the names; of several the one in fw4's table. Rejects with ToolError. */
export async function readNftSets(names: readonly string[]): Promise<ReadonlyMap<string, NamedSet>> {
	const sets = new Map<string, NamedSet>();
	if (names.length === 0) return sets;
	const listing: unknown = JSON.parse(await runTool(["nft", "-j", "-t", "list", "sets"], ""));
	for (const name of names) {
		const candidates = setsIn(listing).filter(
			(set) => set.name === name && set.table !== NFT_TABLE && typeof FAMILY_OF_TYPE[set.type] === "number",
		);
		const found = candidates.find(({ table }) => table === "fw4") ?? candidates[0];
		const family = FAMILY_OF_TYPE[found?.type ?? ""];
		if (found === undefined || family === undefined) continue;
		const text = await runTool(["nft", "-j", "list", "set", found.family, found.table, name], "");
		const elements = setsIn(JSON.parse(text)).flatMap(({ elem }) => elem.flatMap(parseElement));
		const own = elements.slice(0, MOST_ELEMENTS);
		sets.set(name, { families: [family], elements: family === 4 ? { 4: own, 6: [] } : { 4: [], 6: own } });
	}
	return sets;
}

/** Sets of ipset; the rules look into them as they are. Rejects with ToolError. */
export async function readIpsets(names: readonly string[]): Promise<ReadonlyMap<string, NamedSet>> {
	const sets = new Map<string, NamedSet>();
	if (names.length === 0) return sets;
	const text = await runTool(["ipset", "list", "-t"], "").catch(() => "");
	for (const entry of text.split(/\n(?=Name: )/)) {
		const name = /^Name: (.+)$/m.exec(entry)?.[1];
		const family: Family = /^Header: .*\bfamily inet6\b/m.test(entry) ? 6 : 4;
		if (name !== undefined && names.includes(name))
			sets.set(name, { families: [family], elements: { 4: [], 6: [] } });
	}
	return sets;
}

interface ListedSet {
	readonly family: string;
	readonly table: string;
	readonly name: string;
	readonly type: string;
	readonly elem: readonly unknown[];
}

function setsIn(listing: unknown): readonly ListedSet[] {
	const objects = isTable(listing) && Array.isArray(listing.nftables) ? (listing.nftables as unknown[]) : [];
	return objects.flatMap((object): ListedSet[] => {
		const set = isTable(object) ? object.set : undefined;
		if (!isTable(set)) return [];
		const { family, table, name, type, elem } = set;
		return [
			{
				family: String(family),
				table: String(table),
				name: String(name),
				type: typeof type === "string" ? type : "",
				elem: Array.isArray(elem) ? elem : [],
			},
		];
	});
}

/** An address, a prefix or a range; one with a time or a counter is wrapped. */
function parseElement(element: unknown): readonly string[] {
	if (typeof element === "string") {
		const network = parseNetwork(element);
		return network === null ? [] : [renderNetwork(network)];
	}
	if (!isTable(element)) return [];
	if (isTable(element.elem)) return parseElement(element.elem.val);
	if (isTable(element.prefix)) return parseElement(`${element.prefix.addr}/${element.prefix.len}`);
	const [from, to] = Array.isArray(element.range)
		? element.range.map((end) => parseAddress(String(end)))
		: [];
	return from && to ? networksBetween(from, to).map(renderNetwork) : [];
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
