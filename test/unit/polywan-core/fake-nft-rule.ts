import {
	type Compiler,
	type Context,
	compileRoundRobin,
	compileRuleMap,
	compileTurns,
	jumpTo,
} from "./fake-nft-map.ts";
import type { Packet, Part } from "./fake-packet.ts";
import { inNetwork, inPorts } from "./fake-packet.ts";

const MASK = "0x([0-9a-f]{8})";
const VALUES = "(?:\\{ ([^}]*) \\}|(\\S+))";
const NOT = "(!= )?";

function condition(test: (packet: Packet) => boolean): Part {
	return (packet) => (test(packet) ? "next" : "break");
}

function negatable(not: string | undefined, test: (packet: Packet) => boolean): Part {
	return condition((packet) => test(packet) === (not === undefined));
}

/** What a packet does not have meets neither a condition nor its opposite. */
function onField(read: (packet: Packet) => string | number | undefined): Compiler {
	return (found) => (packet) => {
		const value = read(packet);
		if (value === undefined) return "break";
		return valuesOf(found, 2).includes(String(value)) === (found[1] === undefined) ? "next" : "break";
	};
}

function compileIcmpType(found: RegExpExecArray): Part {
	const protocol = found[1] === "icmp" ? 1 : 58;
	return (packet) => {
		if (packet.protocol !== protocol) return "break";
		const isThere = valuesOf(found, 3).includes(String(packet.icmpType ?? 0));
		return isThere === (found[2] === undefined) ? "next" : "break";
	};
}

function valuesOf(found: RegExpExecArray, from: number): readonly string[] {
	return found[from] === undefined ? [found[from + 1] ?? ""] : found[from].split(", ");
}

function addressOf(packet: Packet, which: string | undefined): string {
	return which === "s" ? packet.source : packet.destination;
}

const PARTS: readonly (readonly [RegExp, Compiler])[] = [
	[/^((?:iifname|ip6? [sd]addr|meta l4proto|th [sd]port)(?: \. |(?= vmap)))+ vmap @(\w+)/, compileRuleMap],
	[
		new RegExp(`^(meta|ct) mark set (?:meta|ct) mark & ${MASK}(?: \\| ${MASK})?`),
		(found) => (packet) => {
			const field = found[1] === "ct" ? "ctMark" : "mark";
			packet[field] = ((packet[field] & hex(found[2])) | (found[3] === undefined ? 0 : hex(found[3]))) >>> 0;
			return "next";
		},
	],
	// No connection is heavy.
	[/^ip6? saddr \. ip6? daddr (!= )?@h[0-9a-f]{8}_[46]/, (found) => negatable(found[1], () => false)],
	[
		/^ct direction original ct bytes > \d+ update @h[0-9a-f]{8}_[46] \{ ip6? saddr \. ip6? daddr timeout 1h \}/,
		() => () => "break",
	],
	// Nothing is remembered: each packet is the first of its source.
	[/^(?:meta|ct) mark set ip6? [sd]addr(?: \. ip6? daddr)? map @[kq][0-9a-f]{8}_[46]/, () => () => "break"],
	[
		/^(?:update|delete) @k[0-9a-f]{8}_[46] \{ ip6? saddr(?: timeout \d+s)? : (?:meta|ct) mark(?: & 0x(?:ff000000|00003f00))? \}/,
		() => () => "next",
	],
	[/^ip6? saddr \. ip6? daddr @q[0-9a-f]{8}_\d+_[46]/, () => () => "break"],
	[/^update @q[0-9a-f]{8}_\d+_[46] \{ ip6? saddr \. ip6? daddr timeout \d+s \}/, () => () => "next"],
	[
		/^(meta|ct) mark set 0x00000000/,
		(found) => (packet) => {
			packet[found[1] === "ct" ? "ctMark" : "mark"] = 0;
			return "next";
		},
	],
	[
		new RegExp(`^(meta|ct) mark & ${MASK} vmap \\{ ([^}]*) \\}`),
		(found, context) => (packet) => {
			const mark = ((found[1] === "ct" ? packet.ctMark : packet.mark) & hex(found[2])) >>> 0;
			const hit = (found[3] ?? "").split(", ").find((element) => Number(element.split(" : ")[0]) === mark);
			return hit === undefined ? "next" : jumpTo(hit.split(" : ")[1], context);
		},
	],
	[
		new RegExp(`^ct mark & ${MASK} vmap @(\\w+)`),
		(found, context) => (packet) => {
			const key = `0x${((packet.ctMark & hex(found[1])) >>> 0).toString(16).padStart(8, "0")}`;
			const value = context.set(found[2] ?? "").get(key);
			return value === undefined ? "next" : jumpTo(value, context);
		},
	],
	[
		new RegExp(`^(meta|ct) mark & ${MASK} (==|!=) (0x[0-9a-f]{8}|0)(?= |$)`),
		(found) =>
			condition((packet) => {
				const mark = ((found[1] === "ct" ? packet.ctMark : packet.mark) & hex(found[2])) >>> 0;
				return (mark === Number(found[4])) === (found[3] === "==");
			}),
	],
	[
		new RegExp(`^meta mark set ct mark & ${MASK}`),
		(found) => (packet) => {
			packet.mark = (packet.ctMark & hex(found[1])) >>> 0;
			return "next";
		},
	],
	[/^meta mark (!= )?0(?= )/, (found) => negatable(found[1], ({ mark }) => mark === 0)],
	[/^ct state (?:!= new|invalid)/, () => condition(() => false)],
	// Nothing is the rest of a connection.
	[/^tcp flags & syn == 0/, () => condition(() => false)],
	[/^iif != "lo"/, () => condition(({ incoming }) => incoming !== null)],
	[/^fib daddr type \{ local, broadcast, multicast \}/, () => condition(() => false)],
	[/^fib daddr \. mark oif (?:exists|!= "lo")/, () => condition((packet) => packet.connected)],
	[/^fib saddr type local/, () => condition((packet) => packet.incoming === null)],
	[
		/^meta nfproto \. ([io])ifname vmap @(\w+)/,
		(found, context) => (packet) => {
			const device = found[1] === "i" ? packet.incoming : packet.outgoing;
			const value = context.set(found[2] ?? "").get(`ipv${packet.family} . "${device}"`);
			return value === undefined ? "next" : jumpTo(value, context);
		},
	],
	[/^meta nfproto ipv([46])/, (found) => condition((packet) => packet.family === Number(found[1]))],
	[
		new RegExp(`^([io])ifname ${NOT}${VALUES}`),
		(found) => {
			const names = valuesOf(found, 3).map((name) => name.slice(1, -1));
			return negatable(found[2], (packet) =>
				names.includes((found[1] === "i" ? packet.incoming : packet.outgoing) ?? ""),
			);
		},
	],
	[new RegExp(`^(icmp|icmpv6) type ${NOT}${VALUES}`), compileIcmpType],
	[
		/^counter|^limit rate 10\/second burst 20 packets log prefix "polywan [\w.-]{1,19}: "(?: level \w+)?/,
		() => () => "next",
	],
	[new RegExp(`^ether saddr ${NOT}${VALUES}`), onField(({ mac }) => mac)],
	[new RegExp(`^ip6? dscp ${NOT}${VALUES}`), onField(({ dscp }) => dscp ?? 0)],
	[new RegExp(`^meta skuid ${NOT}${VALUES}`), onField(({ user }) => user)],
	[new RegExp(`^meta skgid ${NOT}${VALUES}`), onField(({ group }) => group)],
	[
		new RegExp(`^meta mark & ${MASK} ${NOT}${VALUES}`),
		(found) =>
			negatable(found[2], ({ mark }) =>
				valuesOf(found, 3)
					.map(Number)
					.includes((mark & hex(found[1])) >>> 0),
			),
	],
	[/^icmpv6 type 133-137/, () => condition(() => false)],
	[
		/^ip6? saddr \. ip6? daddr \. tcp sport \. tcp dport @(\w+)/,
		(found, context) => condition(() => context.set(found[1] ?? "").size < 0),
	],
	[
		/^ip(6?) ([sd])addr (!= )?@(\w+)/,
		(found, context) =>
			negatable(found[3], (packet) => {
				const networks = [...context.set(found[4] ?? "").keys()];
				return networks.some((network) => inNetwork(addressOf(packet, found[2]), network));
			}),
	],
	[
		/^ip saddr & ([\d.]+) == ([\d.]+)/,
		(found) => {
			const bits = (found[1] ?? "").split(".").map((byte) => Number(byte).toString(2).padStart(8, "0"));
			const network = `${found[2]}/${`${bits.join("")}0`.indexOf("0")}`;
			return condition((packet) => packet.family === 4 && inNetwork(packet.source, network));
		},
	],
	[
		new RegExp(`^ip(6?) ([sd])addr ${NOT}${VALUES}`),
		(found) => {
			const networks = valuesOf(found, 4);
			return negatable(found[3], (packet) =>
				networks.some((network) => inNetwork(addressOf(packet, found[2]), network)),
			);
		},
	],
	[
		new RegExp(`^meta l4proto ${NOT}${VALUES}`),
		(found) => negatable(found[1], (packet) => valuesOf(found, 2).includes(String(packet.protocol))),
	],
	[
		new RegExp(`^th ([sd])port ${NOT}${VALUES}`),
		(found) =>
			negatable(found[2], (packet) => {
				const port = found[1] === "s" ? packet.sourcePort : packet.destinationPort;
				return valuesOf(found, 3).some((range) => inPorts(port, range));
			}),
	],
	[/^numgen inc mod (\d+) vmap \{ ([^}]*) \}/, compileRoundRobin],
	[/^numgen inc mod (\d+) vmap @(\w+)/, compileTurns],
	[
		/^jhash ip6? saddr \. ip6? daddr \. meta l4proto(?: \. th sport \. th dport)? mod (\d+) seed 0x[0-9a-f]+ vmap @(\w+)/,
		compileTurns,
	],
	[/^reject with tcp reset/, () => () => "accept"],
	[/^ct status & dnat == 0/, () => condition(() => true)],
	[/^dnat ip6? to [0-9a-f.:]+/, () => () => "accept"],
	[/^notrack|^masquerade|^snat ip6 prefix to [0-9a-f:/]+/, () => () => "next"],
	[/^return/, () => () => "return"],
	[/^accept/, () => () => "accept"],
	[/^goto (\w+)/, (found, context) => () => ({ goto: context.chain(found[1] ?? "") })],
	[/^jump (\w+)/, (found, context) => () => ({ jump: context.chain(found[1] ?? "") })],
	[/^comment "[\w:.-]+"/, () => () => "next"],
];

function hex(text: string | undefined): number {
	return Number.parseInt(text ?? "", 16);
}

/** Throws at what our renderers do not write. */
export function compileRule(rule: string, context: Context): readonly Part[] {
	const parts: Part[] = [];
	let left = rule;
	while (left !== "") {
		const length = left.length;
		for (const [pattern, compiler] of PARTS) {
			const found = pattern.exec(left);
			if (found === null) continue;
			parts.push(compiler(found, context));
			left = left.slice(found[0].length).trimStart();
			break;
		}
		if (left.length === length) throw new Error(`nft: unknown: ${left}`);
	}
	// A way that leads nowhere is refused when the rule is loaded, not when a packet takes it.
	for (const [, name] of rule.matchAll(/(?:goto|jump) (\w+)/g)) context.chain(name ?? "");
	for (const [, name] of rule.matchAll(/@(\w+)/g)) context.set(name ?? "");
	// What stands after a verdict is a comment.
	return parts;
}
