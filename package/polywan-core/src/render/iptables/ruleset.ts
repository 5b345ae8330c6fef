/** Tables in the order in which a change to them is safe half-way: nothing is marked before what marks lead to is there. */
export const IPTABLES_TABLES = ["raw", "filter", "nat", "mangle"] as const;

export type IptablesTableName = (typeof IPTABLES_TABLES)[number];

export interface IptablesChain {
	readonly name: string;
	/** Without `-A <chain>`, as iptables-save prints them. */
	readonly rules: readonly string[];
	/** The daemon fills the chain at run time; only its existence is compared. */
	readonly dynamic: boolean;
}

/** What is ours in one table. */
export interface IptablesTable {
	readonly table: IptablesTableName;
	/** A jump from a chain of the kernel's to one of ours. */
	readonly hooks: readonly { readonly from: string; readonly to: string }[];
	readonly chains: readonly IptablesChain[];
}

/** Prefix of every chain of ours. */
export const CHAIN_PREFIX = "polywan_";

/** `*mangle … COMMIT` that builds the table's part where there is nothing of ours. */
export function renderTable({ table, hooks, chains }: IptablesTable): string {
	return [
		`*${table}`,
		...chains.map((chain) => `:${chain.name} - [0:0]`),
		...chains.flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${rule}`)),
		...hooks.map(({ from, to }) => `-I ${from} 1 -j ${to}`),
		"COMMIT",
		"",
	].join("\n");
}
