import type { Datatype } from "./datatype.ts";
import {
	choice,
	duration,
	integer,
	nameOf,
	option,
	type SectionSchema,
	type SectionType,
} from "./option-schema.ts";
import { POLICY } from "./policy-schema.ts";
import { QUOTA_OPTIONS } from "./quota-schema.ts";
import { RULE } from "./rule-schema.ts";
import { STANDBY_OPTIONS } from "./standby-schema.ts";

/** Names a target can have without a section of that name. */
export const RESERVED_NAMES: readonly string[] = ["default", "unreachable", "blackhole"];

/** Public resolvers that answer pings, spread over providers, so that one provider's outage is not taken for the line's. */
export const DEFAULT_TARGETS = {
	4: ["1.1.1.1", "8.8.8.8", "9.9.9.9", "208.67.222.222"],
	6: ["2606:4700:4700::1111", "2001:4860:4860::8888", "2620:fe::fe", "2620:119:35::35"],
} as const;

/** Of two providers: what both see alike is not one's peculiarity. */
export const DEFAULT_STUN_SERVERS: readonly string[] = [
	"stun.cloudflare.com:3478",
	"stun.l.google.com:19302",
];

export const BOOLEAN: Datatype = { kind: "boolean" };
const TIER: Datatype = { kind: "integer", min: 1, max: 256 };
const WEIGHT: Datatype = { kind: "integer", min: 1, max: 1000 };

const GLOBALS: SectionSchema = {
	type: "globals",
	help: "Settings of the whole program.",
	options: [
		option("enabled", BOOLEAN, "1", "Whether polywan balances anything at all."),
		option(
			"firewall",
			choice("auto", "nftables", "iptables"),
			"auto",
			"Which packet filter carries the rules; auto takes nftables where fw4 runs.",
		),
		option(
			"mark_mask",
			{ kind: "mask" },
			"0xff000000",
			"Bits of the firewall mark that belong to polywan; n bits give room for 2^n - 5 uplinks, at most 251.",
		),
		option(
			"table_base",
			integer(256, 2_000_000_000),
			"28672",
			"Routing table of an uplink is this number plus the uplink's id.",
		),
		option(
			"priority_base",
			integer(1, 31_000),
			"6000",
			"First of the 1000 ip rule priorities that belong to polywan.",
		),
		option(
			"log_level",
			choice("error", "warning", "notice", "info", "debug"),
			"notice",
			"How much goes to the system log.",
		),
		option(
			"log_room",
			{ kind: "text", of: "a room and its level, such as shares=warning" },
			[],
			"Rooms of which more or less than log_level goes there; a room is the first word of a line of `polywan log`.",
			{ list: true },
		),
		option(
			"rule_log_level",
			choice("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"),
			"warning",
			"The level of what rules with option log write to the kernel's log.",
		),
		option(
			"default_policy",
			nameOf("a policy or uplink, or default, unreachable or blackhole"),
			null,
			"Where traffic goes that no rule matches; without it the first policy, and without policies failover over all uplinks.",
		),
		option(
			"bypass",
			{ kind: "network" },
			null,
			"Destination networks that are never balanced, besides connected and local ones.",
			{ list: true },
		),
		option(
			"bypass_table",
			integer(1, 4_294_967_295),
			null,
			"Routing tables that are looked up before any balancing.",
			{ list: true },
		),
		option(
			"reset_connections",
			BOOLEAN,
			"1",
			"Reset the established TCP connections of LAN clients when their uplink dies, so that they reconnect at once.",
		),
		option(
			"stun_server",
			{ kind: "text", of: "address or name of a STUN server, and :port if it is not 3478" },
			DEFAULT_STUN_SERVERS,
			"Who is asked for public addresses; one that has a second address (RFC 5780) can tell the kind of NAT.",
			{ list: true },
		),
		option(
			"speedtest_url",
			{ kind: "text", of: "an http:// or https:// address" },
			null,
			"What `polywan speedtest` downloads: a large file on a server near by, which is asked for as often as needed.",
		),
		option(
			"speedtest_upload_url",
			{ kind: "text", of: "an http:// or https:// address" },
			null,
			"Where `polywan speedtest` sends data to by POST; without it only downloads are measured.",
		),
		option("hook_timeout", duration(100, 600_000), "10s", "Longest a run of /etc/polywan.user may take."),
		option(
			"accounting",
			BOOLEAN,
			"1",
			"Let the kernel count the bytes and keep the age of connections, which `polywan connections` shows.",
		),
		option(
			"host_usage",
			BOOLEAN,
			"0",
			"Count what each host at home sends and receives by each uplink, which `polywan usage --hosts` shows. It needs nftables; connections that flow offloading takes are not counted.",
		),
	],
};

const UPLINK: SectionSchema = {
	type: "uplink",
	help: "One line to the Internet.",
	options: [
		option("enabled", BOOLEAN, "1", "Whether the uplink is watched and used."),
		option(
			"interface",
			nameOf("a netifd interface"),
			null,
			"netifd interfaces of this line, most wanted first; without it the uplink's own name and that name with 6 or _6 added.",
			{ list: true },
		),
		option("tier", TIER, "1", "Failover policies use the lowest tier that has a usable uplink."),
		option("weight", WEIGHT, "1", "Share among the uplinks used together."),
		option("family", choice("any", "ipv4", "ipv6"), "any", "IP versions the uplink is used for."),
		option(
			"ipv6_nat",
			choice("auto", "masquerade", "npt", "off"),
			"auto",
			"IPv6 sources that are not the uplink's own: auto masquerades local addresses and those of other uplinks, and hosts with an address out of this uplink's prefix leave by it while it works; masquerade and npt translate every source, so that rules decide for all hosts alike, npt by putting this uplink's prefix in place of the first bits; off translates none.",
		),
		option(
			"endpoint",
			{ kind: "network" },
			null,
			"Of an uplink that is a tunnel: the address of its far end; of WireGuard it is found out without. The tunnel's own packets go by the other uplinks, at once by the next one when one dies and back when it has recovered, whatever host route the tunnel's program has set.",
			{ list: true },
		),
		option(
			"probing",
			choice("off", "frugal", "normal", "eager"),
			"normal",
			"How often the line is tested; off counts it as up whenever its link is.",
		),
		option(
			"method",
			choice("ping", "arp", "tcp", "dns", "http", "https", "auto"),
			"ping",
			"How plain addresses among the targets are asked, several ways at once if several are given: ping; tcp connects to port 53; dns asks for the root's name servers; http asks for /; https too, and the certificate must be for the address; arp resolves the gateway instead (neighbour discovery in IPv6); auto finds out for each address which of ping, tcp, dns and http works best.",
			{ list: true },
		),
		option(
			"target",
			{ kind: "probeTarget" },
			null,
			"What to probe; without any for an IP version, public resolvers of several providers. An address is asked by method; gateway resolves the gateway as a neighbour; tcp://host:port connects (#send=text&expect=text); dns://server/name?type=A asks a server, dns:name those of the link (#expect=192.0.2.1&tcp); http://host/path#status=204&header=Name:value&body=text&redirects=3 asks for a page; https://host/path#ca=/file&insecure&… too, and looks at the certificate: for the authorities of the system or of ca, or not at all; script:/path#timeout=5 runs a program, whose exit code 0 is an answer; plugin:name?argument#timeout=5&memory=32 asks a program in /usr/lib/polywan/plugins that stays and speaks JSON lines (README there). Conditions behind # are joined by & and percent-encoded.",
			{ list: true },
		),
		option(
			"reliability",
			integer(1, 64),
			"1",
			"How many targets must answer for the uplink to be up; a target that answers on no uplink does not count.",
		),
		option(
			"up_count",
			integer(1, 100),
			"3",
			"Answers after which an uplink that was down is used again, once recovery_time is over.",
		),
		option(
			"down_count",
			integer(3, 100),
			null,
			"Probes, sent within milliseconds, that must all be lost before the uplink is down; without it 6 to 40, the more the line usually loses.",
		),
		option(
			"adaptive",
			BOOLEAN,
			"0",
			"Probe up to four times more seldom the longer all is well, and twice as often after losses.",
		),
		option(
			"interval",
			duration(100, 3_600_000),
			null,
			"Time between probes while all is well; without it the pace of probing decides.",
		),
		option(
			"timeout_floor",
			duration(10, 10_000),
			"60ms",
			"Shortest time to wait for an answer, however fast the line is.",
		),
		option(
			"timeout_cap",
			duration(50, 60_000),
			"1s",
			"Longest time to wait for an answer, however slow the line is.",
		),
		option("payload", integer(8, 1400), "8", "Bytes of payload in a ping."),
		option("ttl", integer(1, 255), null, "Routers a ping may pass; without it as many as the system allows."),
		option(
			"recovery_time",
			duration(0, 3_600_000),
			"3s",
			"How long an uplink that was down must answer before it is used again.",
		),
		option("degraded_loss", { kind: "percent" }, "20", "Loss from which the uplink counts as degraded."),
		option(
			"recovered_loss",
			{ kind: "percent" },
			"10",
			"Loss below which a degraded uplink is good again; at most degraded_loss.",
		),
		option(
			"degraded_rtt",
			duration(0, 60_000),
			"0ms",
			"Round-trip time from which the uplink counts as degraded; 0 for never.",
		),
		option(
			"recovered_rtt",
			duration(0, 60_000),
			"0ms",
			"Round-trip time below which a degraded uplink is good again; 0 for four fifths of degraded_rtt.",
		),
		option("use_degraded", BOOLEAN, "1", "Whether a degraded uplink still takes new connections."),
		option(
			"when_degraded",
			choice("keep", "demote", "deweight"),
			"keep",
			"What a degraded uplink that still takes connections is worth: as much as before, only used where nothing else works, or a quarter of its weight.",
		),
		...QUOTA_OPTIONS,
		option(
			"schedule",
			{ kind: "window" },
			null,
			"When the uplink may be used: days, times of the day or both, such as mon-fri@08:00-18:00, sat,sun or 22:00-06:00 (until the next morning); without any always.",
			{ list: true },
		),
		option(
			"timezone",
			{ kind: "timeZone" },
			null,
			"Time zone of quota and schedule, as POSIX writes it; without it the router's own.",
		),
		option(
			"public_address",
			BOOLEAN,
			"0",
			"Whether to ask a STUN server for the public address after each change of the uplink's own.",
		),
		option("download", { kind: "bitrate" }, "0", "Capacity from the Internet; 0 for unknown."),
		option("upload", { kind: "bitrate" }, "0", "Capacity to the Internet; 0 for unknown."),
		...STANDBY_OPTIONS,
	],
};

const MEMBER: SectionSchema = {
	type: "member",
	help: "One uplink of a policy.",
	options: [
		option("policy", nameOf("a policy"), null, "The policy it belongs to.", { essential: true }),
		option("uplink", nameOf("an uplink"), null, "The uplink meant.", { essential: true }),
		option("tier", TIER, null, "Tier in this policy; without it the uplink's own."),
		option("weight", WEIGHT, null, "Weight in this policy; without it the uplink's own."),
	],
};

export const SCHEMA: readonly SectionSchema[] = [GLOBALS, UPLINK, POLICY, MEMBER, RULE];

export function schemaOf(type: SectionType): SectionSchema {
	const found = SCHEMA.find((section) => section.type === type);
	if (found === undefined) throw new Error(`no schema for section type ${type}`);
	return found;
}
