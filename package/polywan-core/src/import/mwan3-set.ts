import type { Draft, KnownOptions } from "./draft.ts";
import type { SourceSection } from "./source-section.ts";

/** Options of a rule that name a set of destinations, or of sources. */
const DESTINATION_SET = ["dest_set", "ipset", "dest_ipset", "set"];
const SOURCE_SET = ["src_set", "ipset_src", "src_ipset"];

/** `config ipset` of the nft forks, by name. */
export class NamedSets {
	readonly #known: KnownOptions;
	readonly #sets = new Map<string, SourceSection>();
	readonly #used = new Set<string>();

	constructor(sections: readonly SourceSection[], known: KnownOptions) {
		this.#known = known;
		for (const section of sections) this.#sets.set(section.text("name") ?? section.name, section);
	}

	/** `ipset` and `ipset_src` of a rule: by what the set holds where the file says so, else by its name. */
	convert(rule: SourceSection, draft: Draft, lost: string[]): void {
		this.#convertOne(rule, draft, "ipset", "dest_ip", DESTINATION_SET, lost);
		this.#convertOne(rule, draft, "ipset_src", "src_ip", SOURCE_SET, lost);
	}

	/** Says what became of the sets themselves. */
	finish(): void {
		for (const [name, section] of this.#sets) {
			if (!this.#used.has(name)) section.dismiss("no rule uses it");
			section.finish();
		}
	}

	#convertOne(
		rule: SourceSection,
		draft: Draft,
		option: string,
		addressOption: string,
		setOptions: readonly string[],
		lost: string[],
	): void {
		const name = rule.text(option);
		if (name === null) return;
		const set = this.#sets.get(name);
		if (set !== undefined) {
			this.#used.add(name);
			if (this.#inline(rule, draft, set, option, addressOption)) return;
			set.dismiss("polywan fills no sets: dnsmasq or the firewall can (config ipset in their files)");
		}
		const named = this.#known.find("rule", ...setOptions)?.name;
		if (named !== undefined && draft.add(named, name)) {
			rule.kept(
				option,
				`option ${named}; the set must be filled elsewhere, such as by dnsmasq or the firewall`,
			);
			return;
		}
		rule.lost(option, "rules cannot match a named set");
		lost.push(option);
	}

	/** The set's entries and domains as conditions of the rule, where these are all it holds and nothing else is in their place. */
	#inline(
		rule: SourceSection,
		draft: Draft,
		set: SourceSection,
		option: string,
		addressOption: string,
	): boolean {
		const entries = set.words("entry");
		const domains = set.words("domain");
		const enabled = !set.has("enabled") || set.isOn("enabled");
		const byDomain = domains.length > 0 && entries.length === 0 && addressOption === "dest_ip";
		const byEntry = entries.length > 0 && domains.length === 0;
		if (!enabled || set.has("loadfile") || draft.options.has(addressOption)) return false;
		if (byEntry && entries.every((entry) => this.#known.accepts("rule", addressOption, entry))) {
			for (const entry of entries) draft.add(addressOption, entry);
			this.#describe(set, "entry", `list ${addressOption} of rule '${rule.name}'`);
			rule.kept(option, `list ${addressOption} with the set's entries`);
			return true;
		}
		if (!byDomain || !domains.every((domain) => this.#known.accepts("rule", "domain", domain))) return false;
		for (const domain of domains) draft.add("domain", domain);
		this.#describe(set, "domain", `list domain of rule '${rule.name}'`);
		rule.kept(option, "list domain with the set's domains");
		return true;
	}

	#describe(set: SourceSection, option: string, message: string): void {
		set.kept(option, message);
		for (const needless of ["name", "family", "maxelem", "timeout", "counters", "enabled", "match"])
			set.kept(needless, "part of the rule, which holds what the set held");
	}
}
