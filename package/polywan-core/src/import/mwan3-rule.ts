import { familyOf } from "../address.ts";
import { RESERVED_NAMES } from "../config/schema.ts";
import { Draft, type KnownOptions } from "./draft.ts";
import { LONGEST_NAME } from "./mwan3-policy.ts";
import type { NamedSets } from "./mwan3-set.ts";
import type { SourceSection } from "./source-section.ts";

/** What rules refer to. */
export interface RuleContext {
	readonly known: KnownOptions;
	/** Target by the name of mwan3's policy. */
	readonly targets: ReadonlyMap<string, string>;
	readonly sets: NamedSets;
	/** Rules log only where the globals section says so. */
	readonly logging: boolean;
}

/** A rule, and what must be known to tell whether it can become the default target. */
export interface ConvertedRule {
	readonly source: SourceSection;
	readonly draft: Draft;
}

/** `config rule` of mwan3; null where mwan3 skips it, too. A rule with a condition that cannot be kept is written switched off. */
export function convertRule(source: SourceSection, context: RuleContext): ConvertedRule | null {
	const { known } = context;
	const policy = source.text("use_policy");
	if (policy === null) {
		source.dismiss("it has no use_policy, and mwan3 skips it, too");
		return null;
	}
	const draft = new Draft("rule", source.anonymous ? null : source.name, known);
	const lost: string[] = [];
	convertFamily(source, draft, lost);
	convertProtocol(source, draft, lost);
	for (const option of ["src_ip", "dest_ip"] as const) convertAddresses(source, draft, option, lost);
	for (const option of ["src_port", "dest_port"] as const) convertPorts(source, draft, option, lost);
	for (const option of ["src_iface", "dscp", "src_mac"]) convertList(source, draft, option, lost);
	context.sets.convert(source, draft, lost);
	convertSticky(source, draft, known);
	convertLogging(source, draft, context);
	convertTarget(source, draft, policy, context, lost);
	if (source.name.length > LONGEST_NAME && !source.anonymous)
		source.say(
			"changed",
			`it takes effect: mwan3 ignores rules with names longer than ${LONGEST_NAME} characters`,
		);
	if (lost.length > 0) {
		draft.set("enabled", "0");
		source.say(
			"changed",
			`the rule is written switched off, as without its ${lost.join(" and ")} it would match too much`,
		);
	}
	source.finish();
	return { source, draft };
}

function convertFamily(source: SourceSection, draft: Draft, lost: string[]): void {
	const family = source.text("family") ?? "any";
	const meant = family === "all" ? "any" : family;
	if (draft.set("family", meant)) source.kept("family", "option family");
	else {
		source.lost("family", "it must be any, ipv4 or ipv6");
		lost.push("family");
	}
}

function convertProtocol(source: SourceSection, draft: Draft, lost: string[]): void {
	const words = source.words("proto").filter((word) => word !== "all");
	const refused = words.filter((word) => !draft.add("proto", word));
	if (refused.length === 0) source.kept("proto", "list proto");
	else {
		source.lost("proto", "polywan knows no protocol of that name; write its number", refused.join(" "));
		lost.push("proto");
	}
}

/** 0.0.0.0/0 is no condition but on the IP version. */
function convertAddresses(source: SourceSection, draft: Draft, option: string, lost: string[]): void {
	const words = source
		.words(option)
		.flatMap((word) => word.split(","))
		.filter((word) => word !== "");
	const everything = words.filter((word) => /^(0\.0\.0\.0|::)\/0$/.test(word));
	if (everything.length > 0 && everything.length === words.length) {
		const families = new Set(everything.map(familyOf));
		if (families.size === 1) limitFamily(draft, families.has(4) ? "ipv4" : "ipv6");
		source.kept(option, "no condition: it names every address");
		return;
	}
	const refused = words.filter((word) => !draft.add(option, word));
	if (refused.length === 0) source.kept(option, `list ${option}`);
	else {
		source.lost(option, "it is not an address or network", refused.join(" "));
		lost.push(option);
	}
}

function limitFamily(draft: Draft, family: string): void {
	if (!draft.options.has("family")) draft.set("family", family);
}

function convertPorts(source: SourceSection, draft: Draft, option: string, lost: string[]): void {
	const proto = source.words("proto").filter((word) => word !== "all");
	const refused = source.words(option).filter((word) => !draft.add(option, word));
	if (refused.length > 0) {
		source.lost(option, "it is not a port, a range or a list of them", refused.join(" "));
		lost.push(option);
	} else if (proto.length === 0)
		source.changed(option, `list ${option}, for tcp and udp: other protocols have no ports`);
	else source.kept(option, `list ${option}`);
}

function convertList(source: SourceSection, draft: Draft, option: string, lost: string[]): void {
	if (!source.has(option)) return;
	const refused = source.words(option).filter((word) => !draft.add(option, word));
	if (refused.length === 0) source.kept(option, `option ${option}`);
	else {
		source.lost(option, "polywan does not take it", refused.join(" "));
		lost.push(option);
	}
}

function convertSticky(source: SourceSection, draft: Draft, known: KnownOptions): void {
	const sticky = source.isOn("sticky");
	const timeoutS = source.number("timeout") ?? 600;
	const option = known.find("rule", "sticky")?.name;
	if (!sticky) {
		source.kept("sticky", "the default");
		source.kept("timeout", "it was: the rule is not sticky");
		return;
	}
	const isSet = option !== undefined && ["1", "source", "src"].some((value) => draft.set(option, value));
	if (!isSet) {
		source.lost("sticky", "connections of one source cannot be held on one uplink");
		source.lost("timeout", "it belongs to sticky");
		return;
	}
	source.kept("sticky", `option ${option}`);
	const timeout = known.find("rule", "sticky_timeout", "timeout")?.name;
	if (timeout !== undefined && draft.set(timeout, `${timeoutS}s`))
		source.kept("timeout", `option ${timeout}`);
	else source.lost("timeout", "the time a source is held cannot be set");
}

function convertLogging(source: SourceSection, draft: Draft, { known, logging }: RuleContext): void {
	const option = known.find("rule", "log", "logging")?.name;
	if (!source.isOn("logging")) source.kept("logging", "the default");
	else if (!logging) source.kept("logging", "the default: logging is off in mwan3's globals");
	else if (option !== undefined && draft.set(option, "1")) source.kept("logging", `option ${option}`);
	else source.lost("logging", "rules cannot log");
}

function convertTarget(
	source: SourceSection,
	draft: Draft,
	policy: string,
	{ targets }: RuleContext,
	lost: string[],
): void {
	const target = RESERVED_NAMES.includes(policy) ? policy : targets.get(policy);
	if (target !== undefined) {
		draft.options.set("target", target);
		source.kept("use_policy", `option target '${target}'`);
		return;
	}
	source.lost("use_policy", "there is no such policy; mwan3 cannot load its rules with it");
	draft.options.set("target", "default");
	lost.push("use_policy");
}
