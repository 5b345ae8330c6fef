/** A set or a map. Its elements can be changed, its definition cannot. */
export interface NftSet {
	readonly kind: "set" | "map";
	readonly name: string;
	/** `type mark : verdict`, `flags interval`, … one statement each. */
	readonly definition: readonly string[];
	/** Key → value; the value is empty in a set. */
	readonly elements: ReadonlyMap<string, string>;
}

export interface NftChain {
	readonly name: string;
	/** `type filter hook prerouting priority mangle; policy accept;`; null for a chain that is only jumped to. */
	readonly hook: string | null;
	readonly rules: readonly string[];
}

/** One nftables table of family inet. */
export interface NftRuleset {
	readonly sets: readonly NftSet[];
	/** A chain stands before those that lead to it. */
	readonly chains: readonly NftChain[];
}

/** The table's definition as `nft -f` takes it and as `nft list` resembles it. `flags`: e.g. "dormant". */
export function renderRuleset(ruleset: NftRuleset, table: string, flags: string | null = null): string {
	const lines = [`table inet ${table} {`];
	if (flags !== null) lines.push(`\tflags ${flags}`);
	for (const set of ruleset.sets) {
		lines.push(`\t${set.kind} ${set.name} {`);
		for (const statement of set.definition) lines.push(`\t\t${statement}`);
		if (set.elements.size > 0) lines.push(`\t\telements = { ${renderElements(set.elements)} }`);
		lines.push("\t}");
	}
	for (const chain of ruleset.chains) {
		lines.push(`\tchain ${chain.name} {`);
		if (chain.hook !== null) lines.push(`\t\t${chain.hook}`);
		for (const rule of chain.rules) lines.push(`\t\t${rule}`);
		lines.push("\t}");
	}
	lines.push("}");
	return `${lines.join("\n")}\n`;
}

/** `a : goto b, c : goto d` */
export function renderElements(elements: ReadonlyMap<string, string>): string {
	return [...elements].map(([key, value]) => (value === "" ? key : `${key} : ${value}`)).join(", ");
}
