import { familyOf } from "../address.ts";
import type { Family } from "../family.ts";
import { PORT_PROTOCOLS } from "./datatype.ts";
import type { Match, Policy, Rule, Target, Uplink } from "./model.ts";
import { parseFamilies } from "./parse-uplink.ts";
import { RESERVED_NAMES } from "./schema.ts";
import type { SectionReader } from "./section-reader.ts";
import { renderSuggestion } from "./suggestion.ts";

const TCP = 6;
const UDP = 17;

/** What a target's name means, or null when nothing is called so. */
export function parseTarget(
	name: string,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
): Target | null {
	if (name === "default" || name === "unreachable" || name === "blackhole") return { kind: name };
	if (policies.some((policy) => policy.name === name)) return { kind: "policy", name };
	return uplinks.some((uplink) => uplink.name === name) ? { kind: "uplink", name } : null;
}

/** "is not a policy or uplink …" with the names there are. */
export function renderUnknownTarget(
	name: string,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
): string {
	const known = [...policies, ...uplinks].map((section) => section.name);
	const hint = renderSuggestion(name, [...known, ...RESERVED_NAMES]);
	return `must be a policy, an uplink, default, unreachable or blackhole${hint}; there are ${known.join(", ") || "no policies and no uplinks"}`;
}

/** The rule, or null when it is switched off or cannot mean what was written. */
export function parseRule(
	reader: SectionReader,
	uplinks: readonly Uplink[],
	policies: readonly Policy[],
	netifdInterfaces: readonly string[] | null,
): Rule | null {
	const enabled = reader.boolean("enabled");
	const match = parseMatch(reader, netifdInterfaces);
	const name = reader.stringOrNull("target");
	if (name === null) {
		if (!reader.has("target")) reader.report("target", null, "is missing; the rule is left out");
		return null;
	}
	const target = parseTarget(name, uplinks, policies);
	if (target === null) {
		reader.report("target", name, renderUnknownTarget(name, uplinks, policies));
		return null;
	}
	if (match === null || !reader.usable || !enabled) return null;
	return { name: reader.name, match, target };
}

function parseMatch(reader: SectionReader, known: readonly string[] | null): Match | null {
	const sources = reader.strings("src_ip");
	const destinations = reader.strings("dest_ip");
	const sourcePorts = reader.portRanges("src_port");
	const destinationPorts = reader.portRanges("dest_port");
	const sourceInterfaces = reader.strings("src_iface");
	for (const name of sourceInterfaces) {
		if (known === null || known.includes(name)) continue;
		reader.report(
			"src_iface",
			name,
			`is not an interface in /etc/config/network${renderSuggestion(name, known)}`,
			"warning",
		);
	}
	const wanted = parseFamilies(reader.string("family"));
	const families = wanted.filter((family) => hasFamily(sources, family) && hasFamily(destinations, family));
	if (families.length === 0) {
		reader.report(
			null,
			null,
			"can match nothing: its addresses and option family are of different IP versions; the rule is left out",
		);
		return null;
	}
	const protocols = parseProtocols(reader, sourcePorts.length + destinationPorts.length > 0);
	if (protocols === null) return null;
	return { families, protocols, sources, destinations, sourcePorts, destinationPorts, sourceInterfaces };
}

function hasFamily(networks: readonly string[], family: Family): boolean {
	return networks.length === 0 || networks.some((network) => familyOf(network) === family);
}

function parseProtocols(reader: SectionReader, hasPorts: boolean): readonly number[] | null {
	const written = reader.numbers("proto");
	if (!hasPorts) return written;
	if (written.length === 0) return [TCP, UDP];
	const usable = written.filter((protocol) => PORT_PROTOCOLS.includes(protocol));
	if (usable.length === written.length) return written;
	const without = written.filter((protocol) => !PORT_PROTOCOLS.includes(protocol)).join(" ");
	if (usable.length > 0) {
		reader.report(
			"proto",
			without,
			"has no ports, so this protocol is left out of a rule with ports",
			"warning",
		);
		return usable;
	}
	reader.report(
		"proto",
		without,
		"has no ports; a rule with ports needs tcp, udp, udplite, sctp or dccp; the rule is left out",
	);
	return null;
}
