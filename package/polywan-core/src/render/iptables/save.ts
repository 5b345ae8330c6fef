import type { Family } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import type { IptablesChain, IptablesTable, IptablesTableName } from "./ruleset.ts";
import { CHAIN_PREFIX, IPTABLES_TABLES } from "./ruleset.ts";
import { buildIptables } from "./tables.ts";

/** What iptables-save shows of ours in one table. */
export interface SavedTable {
	/** Chains of ours with their rules. */
	readonly chains: ReadonlyMap<string, readonly string[]>;
	/** Rules of other chains that lead to ours, whole: `-A PREROUTING -j polywan_prerouting`. */
	readonly jumps: readonly string[];
}

export type IptablesSave = ReadonlyMap<string, SavedTable>;

/** One table's change, for one run of `iptables-restore --noflush -w`. */
export interface IptablesChange {
	readonly table: IptablesTableName;
	readonly text: string;
}

/** Our part of the output of iptables-save or ip6tables-save; other chains are skipped. */
export function parseIptablesSave(text: string): IptablesSave {
	const tables = new Map<string, { chains: Map<string, string[]>; jumps: string[] }>();
	let current: { chains: Map<string, string[]>; jumps: string[] } = { chains: new Map(), jumps: [] };
	for (const line of text.split("\n")) {
		if (line.startsWith("*")) {
			current = { chains: new Map(), jumps: [] };
			tables.set(line.slice(1).trim(), current);
		} else if (line.startsWith(`:${CHAIN_PREFIX}`)) {
			current.chains.set(line.slice(1, line.indexOf(" ")), []);
		} else if (line.startsWith(`-A ${CHAIN_PREFIX}`)) {
			const [, name = "", rule = ""] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
			current.chains.get(name)?.push(rule.trim());
		} else if (new RegExp(`^-A .* -[jg] ${CHAIN_PREFIX}`).test(line)) {
			current.jumps.push(line.trim());
		}
	}
	return tables;
}

/** Counters of rules that lead to a target, from the output of iptables-save -c. */
export function parseIptablesCounters(
	text: string,
): readonly { readonly comment: string; readonly packets: number; readonly bytes: number }[] {
	const pattern = /^\[(\d+):(\d+)\] -A polywan_\S+ .*--comment "?(rule:[\w.-]+)"? -g /gm;
	return [...text.matchAll(pattern)].map(([, packets, bytes, comment = ""]) => ({
		comment,
		packets: Number(packets),
		bytes: Number(bytes),
	}));
}

/**
 * What takes the kernel from `saved` to the plan (null: to nothing of ours), table by table in the order to commit them;
 * empty when it is there. A chain that is right is not touched, so its round robin goes on.
 */
export function diffIptables(
	saved: IptablesSave,
	plan: Plan | null,
	family: Family,
): readonly IptablesChange[] {
	if (plan !== null) return diffTables(saved, buildIptables(plan, family));
	return [...diffTables(saved, [])].reverse();
}

/** The same for tables as `buildIptables` gives them. */
export function diffTables(saved: IptablesSave, wanted: readonly IptablesTable[]): readonly IptablesChange[] {
	return IPTABLES_TABLES.flatMap((table): IptablesChange[] => {
		const desired = wanted.find((candidate) => candidate.table === table) ?? { table, hooks: [], chains: [] };
		const lines = diffTable(saved.get(table) ?? { chains: new Map(), jumps: [] }, desired);
		return lines.length === 0 ? [] : [{ table, text: [`*${table}`, ...lines, "COMMIT", ""].join("\n") }];
	});
}

/** The change from one plan to the next where the kernel holds `previous` exactly. */
export function renderIptablesChange(previous: Plan, next: Plan, family: Family): readonly IptablesChange[] {
	const tables = buildIptables(previous, family);
	return diffIptables(new Map(tables.map((table) => [table.table, saveTable(table)])), next, family);
}

/** What iptables-save would show of a table of ours. */
function saveTable({ hooks, chains }: IptablesTable): SavedTable {
	return {
		chains: new Map(chains.map(({ name, rules }) => [name, rules])),
		jumps: hooks.map(({ from, to }) => `-A ${from} -j ${to}`),
	};
}

function diffTable(saved: SavedTable, desired: IptablesTable): readonly string[] {
	const wanted = new Set(desired.chains.map((chain) => chain.name));
	const stale = [...saved.chains.keys()].filter((name) => !wanted.has(name));
	const changed = desired.chains.filter((chain) => !isSame(saved.chains.get(chain.name), chain));
	const jumps = desired.hooks.map(({ from, to }) => `-A ${from} -j ${to}`);
	const surplus = [...saved.jumps];
	const missing = jumps.filter((jump) => {
		const index = surplus.indexOf(jump);
		if (index >= 0) surplus.splice(index, 1);
		return index < 0;
	});
	return [
		...surplus.map((jump) => jump.replace(/^-A/, "-D")),
		// Naming a chain empties it; inside one table that is not seen from outside before the commit.
		...[...changed.map((chain) => chain.name), ...stale].map((name) => `:${name} - [0:0]`),
		...changed.flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${rule}`)),
		...missing.map((jump) => jump.replace(/^-A (\S+)/, "-I $1 1")),
		...stale.map((name) => `-X ${name}`),
	];
}

function isSame(saved: readonly string[] | undefined, chain: IptablesChain): boolean {
	if (saved === undefined) return false;
	if (chain.dynamic) return true;
	return (
		saved.length === chain.rules.length &&
		saved.every((rule, index) => isSameRule(rule, chain.rules[index] ?? ""))
	);
}

function isSameRule(saved: string, wanted: string): boolean {
	return saved === wanted || normaliseRule(saved) === normaliseRule(wanted);
}

/** Names iptables-save prints for protocol numbers, with or without /etc/protocols. */
const PROTOCOL_NUMBERS: Readonly<Record<string, number>> = {
	icmp: 1,
	igmp: 2,
	tcp: 6,
	udp: 17,
	dccp: 33,
	gre: 47,
	esp: 50,
	ah: 51,
	"ipv6-icmp": 58,
	icmpv6: 58,
	sctp: 132,
	udplite: 136,
};

/** Quotes around comments and names of protocols differ between versions; rates are shown rounded, and the bucket's name has them. */
function normaliseRule(rule: string): string {
	return rule
		.replaceAll('"', "")
		.replace(/--hashlimit-above \S+ --hashlimit-burst \S+ /, "")
		.replace(
			/(^| )-p (\S+)/,
			(_, before: string, name: string) => `${before}-p ${PROTOCOL_NUMBERS[name] ?? name}`,
		);
}

/** Differences in words for `polywan diff`: "+" wanted but not there, "-" there but not wanted. */
export function renderIptablesDifferences(
	changes: readonly IptablesChange[],
	family: Family,
): readonly string[] {
	const program = family === 4 ? "iptables" : "ip6tables";
	return changes.flatMap(({ table, text }) =>
		text
			.split("\n")
			.filter((line) => line.startsWith("-"))
			.map((line) => `${/^-[DX]/.test(line) ? "-" : "+"} ${program} -t ${table} ${line}`),
	);
}
