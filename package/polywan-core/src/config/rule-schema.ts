import { DEFAULT_CLASS } from "../policy/mode.ts";
import type { Datatype } from "./datatype.ts";
import type { OptionSchema, SectionSchema } from "./option-schema.ts";
import { choice, duration, integer, nameOf, option } from "./option-schema.ts";

/** A list of values of which one must be the case, and of values after `!` of which none may. */
function match(name: string, type: Datatype, help: string): OptionSchema {
	return option(name, type, null, help, { list: true, essential: true, negatable: true });
}

export const RULE: SectionSchema = {
	type: "rule",
	refusesUnknown: true,
	help: "Sends new connections that match all its conditions to a target; the first rule that matches wins. A value after ! must not be the case.",
	options: [
		option("enabled", { kind: "boolean" }, "1", "Whether the rule is in force."),
		option(
			"priority",
			integer(0, 65_535),
			"1000",
			"Rules with a lower number are tried first; those with the same number in the order of the file.",
		),
		option("family", choice("any", "ipv4", "ipv6"), "any", "IP version to match.", { essential: true }),
		match("proto", { kind: "protocol" }, "Protocols; without it all."),
		match(
			"icmp_type",
			{ kind: "icmpType" },
			"Types of ICMP and ICMPv6 messages; proto is both unless given.",
		),
		match("src_ip", { kind: "addresses" }, "Source addresses, networks or ranges."),
		match("dest_ip", { kind: "addresses" }, "Destination addresses, networks or ranges."),
		match("domain", { kind: "domain" }, "Names of destinations; what is below a name is meant, too."),
		match(
			"app",
			nameOf("an application or category of the catalogue"),
			"What the catalogue knows of applications: their names, networks and ports.",
		),
		match(
			"src_set",
			nameOf("a set of nftables or ipset"),
			"Sets that hold the source; whoever made them fills them.",
		),
		match(
			"dest_set",
			nameOf("a set of nftables or ipset"),
			"Sets that hold the destination; whoever made them fills them.",
		),
		match(
			"heavy",
			{ kind: "bytes" },
			"Bytes of one connection after which later ones of its source to its destination match, for an hour (with iptables, to the same port).",
		),
		match("src_port", { kind: "ports" }, "Source ports; proto is tcp and udp unless given."),
		match("dest_port", { kind: "ports" }, "Destination ports; proto is tcp and udp unless given."),
		match("src_mac", { kind: "mac" }, "Hardware addresses of the senders, as the router sees them."),
		match("src_iface", nameOf("a netifd interface"), "netifd interfaces the packet came in by."),
		match(
			"src_zone",
			nameOf("a zone of /etc/config/firewall"),
			"Firewall zones the packet came in by; together with src_iface either will do.",
		),
		match("dscp", { kind: "dscp" }, "Differentiated services code points."),
		match("mark", { kind: "mark" }, "Firewall marks that others set; all values need the same mask."),
		match("user", nameOf("a user, or a number"), "Users whose programs on the router make the connection."),
		match(
			"group",
			nameOf("a group, or a number"),
			"Groups whose programs on the router make the connection.",
		),
		match(
			"schedule",
			{ kind: "window" },
			"When the rule is in force, such as mon-fri@08:00-18:00 or 22:00-06:00; always where the router does not know the time.",
		),
		option(
			"timezone",
			{ kind: "timeZone" },
			null,
			"Time zone of the schedule, as POSIX writes it; without it the router's own.",
		),
		option(
			"sticky",
			{ kind: "boolean" },
			"0",
			"Whether later connections of a source keep the uplink of its first one while that is usable.",
		),
		option("sticky_timeout", duration(1000, 86_400_000), "10m", "How long after its last new connection."),
		option(
			"sticky_key",
			choice("source", "source_destination"),
			"source",
			"Whose connections stay together: those of a source, or those of a source to one destination.",
		),
		option(
			"class",
			integer(0, 255),
			String(DEFAULT_CLASS),
			"Kind of traffic, for a target of mode adaptive: above 200 it takes the uplink with the shortest round trip, below 50 the one used least, between them the one of the best quality.",
		),
		option("log", { kind: "boolean" }, "0", "Whether matching connections are logged, ten a second at most."),
		option(
			"target",
			nameOf("a policy or uplink, or default, unreachable or blackhole"),
			null,
			"Where matching connections go.",
			{ essential: true },
		),
	],
};
