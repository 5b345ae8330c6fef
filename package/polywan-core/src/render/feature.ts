import type { Rule, Uplink } from "../config/model.ts";

/** Something a rule or an uplink needs that not every kernel or set of packages has. */
export type Feature = "sourceMac" | "dscp" | "account" | "set" | "log" | "sticky" | "heavy" | "rate";

/** What a user reads, and the packages that bring it where the kernel has it in modules. */
const FEATURES: Readonly<
	Record<Feature, { readonly words: string; readonly option: string; readonly iptablesPackage: string }>
> = {
	sourceMac: { words: "hardware addresses", option: "src_mac", iptablesPackage: "iptables-mod-ipopt" },
	dscp: { words: "DSCP", option: "dscp", iptablesPackage: "iptables-mod-ipopt" },
	account: { words: "users and groups", option: "user", iptablesPackage: "iptables-mod-extra" },
	set: { words: "sets", option: "dest_set", iptablesPackage: "kmod-ipt-ipset" },
	log: { words: "logging", option: "log", iptablesPackage: "kmod-ipt-core" },
	sticky: { words: "sticky rules", option: "sticky", iptablesPackage: "kmod-ipt-ipset" },
	heavy: {
		words: "heavy connections",
		option: "heavy",
		iptablesPackage: "iptables-mod-conntrack-extra",
	},
	rate: { words: "limits of rates", option: "quota_action", iptablesPackage: "iptables-mod-hashlimit" },
};

/** What a rule cannot do without, and what it can leave out. */
export function featuresOf(rule: Rule): {
	readonly needed: readonly Feature[];
	readonly wished: readonly Feature[];
} {
	const needed = new Set<Feature>();
	for (const { on } of rule.match.conditions) {
		if (on === "sourceMac" || on === "dscp" || on === "heavy") needed.add(on);
		if (on === "heavy") needed.add("set");
		if (on === "user" || on === "group") needed.add("account");
		if (on === "domain" || on === "app" || on === "sourceSet" || on === "destinationSet") needed.add("set");
	}
	const wished: Feature[] = [];
	if (rule.log) wished.push("log");
	if (rule.sticky !== null) wished.push("sticky");
	return { needed: [...needed], wished };
}

/** What an uplink cannot do without. */
export function featuresOfUplink({ quota }: Uplink): readonly Feature[] {
	return quota?.action === "limit" ? ["rate"] : [];
}

export function describeFeature(feature: Feature, firewall: "nftables" | "iptables"): string {
	const { words, iptablesPackage } = FEATURES[feature];
	const install = firewall === "iptables" && iptablesPackage !== "" ? ` (install ${iptablesPackage})` : "";
	return `${words} cannot be done with ${firewall} here${install}`;
}

export function featureOption(feature: Feature): string {
	return FEATURES[feature].option;
}

const NFT_TESTS: Readonly<Record<Feature, readonly string[]>> = {
	sourceMac: ["ether saddr 00:00:00:00:00:01"],
	dscp: ["ip dscp 46", "ip6 dscp 46"],
	account: ["meta skuid 0", "meta skgid 0"],
	set: ["ip daddr @addresses"],
	log: ['limit rate 10/second burst 20 packets log prefix "polywan"'],
	sticky: [
		"meta mark set ip saddr map @marks",
		"delete @marks { ip saddr : meta mark }",
		"update @marks { ip saddr timeout 1s : meta mark & 0xff000000 }",
	],
	rate: ["limit rate over 16000 bytes/second burst 16000 bytes drop"],
	heavy: ["ct direction original ct bytes > 1 update @pairs { ip saddr . ip daddr timeout 1h }"],
};

const IPTABLES_TESTS: Readonly<Record<Feature, readonly string[]>> = {
	sourceMac: ["-m mac --mac-source 00:00:00:00:00:01"],
	dscp: ["-m dscp --dscp 0x2e"],
	account: ["-m owner --uid-owner 0"],
	set: ["-m set --match-set polywan_test dst"],
	log: ['-m limit --limit 10/sec --limit-burst 20 -j LOG --log-prefix "polywan"'],
	sticky: ["-m set --match-set polywan_test src -j SET --add-set polywan_test src --exist --timeout 1"],
	heavy: [
		"-m conntrack --ctdir ORIGINAL -m connbytes --connbytes 1 --connbytes-mode bytes --connbytes-dir both -j RETURN",
	],
	rate: [
		"-m hashlimit --hashlimit-above 16kb/s --hashlimit-burst 16kb --hashlimit-name polywan_test -j DROP",
	],
};

/** Set that the tests for iptables look into; it must be there. */
export const TEST_IPSET = { name: "polywan_test", definition: "hash:ip family inet timeout 86400" };

/** Text for `nft -c -f -`: refused where the kernel lacks one of the features. */
export function renderNftTest(features: readonly Feature[]): string {
	const lines = [
		"table inet polywan_test {",
		"set addresses {\ntype ipv4_addr\nflags timeout\ntimeout 60s\n}",
		"set pairs {\ntype ipv4_addr . ipv4_addr\nsize 16\nflags dynamic,timeout\n}",
		"map marks {\ntype ipv4_addr : mark\nsize 16\nflags dynamic,timeout\n}",
		"chain test {",
		...features.flatMap((feature) => NFT_TESTS[feature]),
		"}",
		"}",
	];
	return `${lines.join("\n")}\n`;
}

/** Text for `iptables-restore --test --noflush`, likewise. */
export function renderIptablesTest(features: readonly Feature[]): string {
	const rules = features.flatMap((feature) => IPTABLES_TESTS[feature]);
	return [
		"*mangle",
		":polywan_test - [0:0]",
		...rules.map((rule) => `-A polywan_test ${rule}`),
		"COMMIT",
		"",
	].join("\n");
}
