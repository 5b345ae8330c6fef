import { familyOf, networksBetween, parseAddress, renderNetwork } from "../address.ts";
import type { Family } from "../family.ts";
import { perFamily } from "../family.ts";
import type { Condition, ConditionKind } from "./condition.ts";
import { PORT_PROTOCOLS } from "./datatype.ts";
import type { Match } from "./model.ts";
import { parseFamilies } from "./parse-uplink.ts";
import { icmpTypeNumbers } from "./rule-value.ts";
import type { SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

/** The conditions of a rule; null when nothing can meet them, which then is a problem. */
export function parseMatch(
	reader: SectionReader,
	known: readonly string[] | null,
	markMask: number,
): Match | null {
	const sources = expandRanges(reader.strings("src_ip"));
	const destinations = expandRanges(reader.strings("dest_ip"));
	const sourceInterfaces = reader.strings("src_iface");
	for (const name of [...sourceInterfaces, ...reader.excludedStrings("src_iface")]) {
		if (known === null || known.includes(name)) continue;
		const hint = renderSuggestion(name, known);
		reader.report("src_iface", name, `is not an interface in /etc/config/network${hint}`, "warning");
	}
	const conditions = parseConditions(reader, markMask);
	const wanted = parseFamilies(reader.string("family"));
	const families = wanted.filter(
		(family) =>
			hasFamily(sources, family) && hasFamily(destinations, family) && hasIcmpType(conditions, family),
	);
	if (families.length === 0) {
		const message =
			"can match nothing: its conditions and option family are of different IP versions; the rule is left out";
		reader.report(null, null, message);
		return null;
	}
	const protocols = parseProtocols(reader);
	if (protocols === null) return null;
	return {
		families: families.length === wanted.length ? wanted : families,
		protocols,
		sources,
		destinations,
		sourcePorts: reader.portRanges("src_port"),
		destinationPorts: reader.portRanges("dest_port"),
		sourceInterfaces,
		conditions,
	};
}

function expandRanges(texts: readonly string[]): readonly string[] {
	return texts.some((text) => text.includes("-")) ? texts.flatMap(expandRange) : texts;
}

/** A network stays, a range becomes the networks it consists of. */
function expandRange(text: string): readonly string[] {
	const [from, to] = text.split("-").map(parseAddress);
	return from && to ? networksBetween(from, to).map(renderNetwork) : [text];
}

function hasFamily(networks: readonly string[], family: Family): boolean {
	return networks.length === 0 || networks.some((network) => familyOf(network) === family);
}

function hasIcmpType(conditions: readonly Condition[], family: Family): boolean {
	return conditions.every((condition) => condition.on !== "icmpType" || condition.types[family].length > 0);
}

const NONE: readonly never[] = [];

/** Those that few rules have. */
const OTHER_OPTIONS: ReadonlySet<string> = new Set([
	"src_zone",
	"icmp_type",
	"src_mac",
	"dscp",
	"mark",
	"domain",
	"app",
	"src_set",
	"dest_set",
	"heavy",
	"user",
	"group",
]);

function parseConditions(reader: SectionReader, markMask: number): readonly Condition[] {
	const conditions: Condition[] = [];
	const add = <T>(
		not: boolean,
		values: readonly T[],
		build: (values: readonly T[]) => ConditionKind,
	): void => {
		if (values.length > 0) conditions.push({ not, ...build(values) });
	};
	const both = (option: string, build: (values: readonly string[]) => ConditionKind): void => {
		add(false, reader.strings(option), build);
		add(true, reader.excludedStrings(option), build);
	};
	add(true, expandRanges(reader.excludedStrings("src_ip")), (networks) => ({
		on: "source",
		networks,
	}));
	add(true, expandRanges(reader.excludedStrings("dest_ip")), (networks) => ({
		on: "destination",
		networks,
	}));
	add(true, reader.excludedPortRanges("src_port"), (ports) => ({ on: "sourcePort", ports }));
	add(true, reader.excludedPortRanges("dest_port"), (ports) => ({ on: "destinationPort", ports }));
	add(true, reader.excludedNumbers("proto"), (protocols) => ({ on: "protocol", protocols }));
	add(true, reader.excludedStrings("src_iface"), (interfaces) => ({ on: "sourceInterface", interfaces }));
	if (!reader.hasSome(OTHER_OPTIONS)) return conditions.length === 0 ? NONE : conditions;
	both("src_zone", (zones) => ({ on: "sourceZone", zones }));
	both("icmp_type", (names) => ({
		on: "icmpType",
		types: perFamily((family) =>
			names.map((name) => icmpTypeNumbers(name)[family]).filter((type) => type !== null),
		),
	}));
	both("src_mac", (addresses) => ({ on: "sourceMac", addresses }));
	add(false, reader.numbers("dscp"), (codePoints) => ({ on: "dscp", codePoints }));
	add(true, reader.excludedNumbers("dscp"), (codePoints) => ({ on: "dscp", codePoints }));
	for (const not of [false, true]) {
		const condition = parseMarks(reader, not, markMask);
		if (condition !== null) conditions.push({ not, ...condition });
	}
	both("domain", (names) => ({ on: "domain", names }));
	both("app", (names) => ({ on: "app", names }));
	for (const [option, on] of [
		["src_set", "sourceSet"],
		["dest_set", "destinationSet"],
	] as const) {
		add(false, reader.strings(option), (names) => ({ on, names }));
		for (const name of reader.excludedStrings(option)) conditions.push({ on, not: true, names: [name] });
	}
	for (const bytes of reader.numbers("heavy")) conditions.push({ on: "heavy", not: false, bytes });
	for (const bytes of reader.excludedNumbers("heavy")) conditions.push({ on: "heavy", not: true, bytes });
	both("user", (names) => ({ on: "user", names }));
	both("group", (names) => ({ on: "group", names }));
	return conditions;
}

function parseMarks(reader: SectionReader, not: boolean, markMask: number): ConditionKind | null {
	const texts = not ? reader.excludedStrings("mark") : reader.strings("mark");
	if (texts.length === 0) return null;
	const pairs = texts.map((text) => text.split("/").map(Number));
	const mask = pairs[0]?.[1] ?? 0;
	if (pairs.some((pair) => pair[1] !== mask))
		return refuse(reader, "mark", texts, "need one mask for all values");
	if ((mask & markMask) !== 0) {
		const ours = `0x${markMask.toString(16)}`;
		return refuse(
			reader,
			"mark",
			texts,
			`must not lie in the bits that are polywan's own (mark_mask ${ours})`,
		);
	}
	return { on: "mark", values: pairs.map(([value = 0]) => value), mask };
}

function refuse(reader: SectionReader, option: string, values: readonly string[], message: string): null {
	reader.report(option, values.join(" "), `${message}; the rule is left out`);
	reader.usable = false;
	return null;
}

/** Protocol numbers that may be; ports and ICMP types need protocols that have them. */
function parseProtocols(reader: SectionReader): readonly number[] | null {
	const written = reader.numbers("proto");
	const hasPorts = ["src_port", "dest_port"].some(
		(option) => reader.portRanges(option).length + reader.excludedPortRanges(option).length > 0,
	);
	const types = reader.strings("icmp_type").length;
	if (types + reader.excludedStrings("icmp_type").length > 0) {
		const others = written.filter((protocol) => protocol !== ICMP && protocol !== ICMPV6);
		if (others.length === 0 && !hasPorts) return types > 0 ? [] : [ICMP, ICMPV6];
		const value = hasPorts ? null : others.join(" ");
		reader.report("icmp_type", value, "goes with proto icmp alone, and without ports; the rule is left out");
		return null;
	}
	if (!hasPorts) return written;
	if (written.length === 0) return [TCP, UDP];
	return withPorts(reader, written);
}

function withPorts(reader: SectionReader, written: readonly number[]): readonly number[] | null {
	const usable = written.filter((protocol) => PORT_PROTOCOLS.includes(protocol));
	if (usable.length === written.length) return written;
	const without = written.filter((protocol) => !PORT_PROTOCOLS.includes(protocol)).join(" ");
	if (usable.length > 0) {
		const message = "has no ports, so this protocol is left out of a rule with ports";
		reader.report("proto", without, message, "warning");
		return usable;
	}
	const message =
		"has no ports; a rule with ports needs tcp, udp, udplite, sctp or dccp; the rule is left out";
	reader.report("proto", without, message);
	return null;
}
