import type { Packet, Part } from "./fake-packet.ts";
import { inNetwork, inPorts, traverse } from "./fake-packet.ts";

interface SetState {
	readonly kind: string;
	readonly definition: string;
	readonly elements: Map<string, string>;
}

interface ChainState {
	readonly hook: string | null;
	readonly rules: string[];
}

interface Table {
	readonly sets: Map<string, SetState>;
	readonly chains: Map<string, ChainState>;
}

/** `nft -f` for what our renderers write: a whole text takes effect or none of it. */
export class FakeNft {
	#table: Table | null = null;
	#compiled: ReadonlyMap<string, readonly (readonly Part[])[]> = new Map();

	load(text: string): void {
		const before = this.#table;
		try {
			this.#table = before === null ? null : copyTable(before);
			const lines = text.split("\n").map((line) => line.trim());
			while (lines.length > 0) this.#statement(lines);
			this.#compiled = compile(this.#table);
		} catch (error) {
			this.#table = before;
			throw error;
		}
	}

	/** Everything; elements of sets in no particular order. */
	get dump(): readonly string[] {
		const table = this.#table;
		if (table === null) return [];
		const sets = [...table.sets].map(([name, { kind, definition, elements }]) => {
			const list = [...elements].map(([key, value]) => `${key}:${value}`).sort();
			return `${kind} ${name} ${definition} ${list.join()}`;
		});
		const chains = [...table.chains].map(
			([name, { hook, rules }]) => `chain ${name} ${hook} ${rules.join("\n")}`,
		);
		return [...sets, ...chains].sort();
	}

	/** Lets a packet pass a hook; its marks change. */
	pass(hook: string, packet: Packet): void {
		traverse(this.#compiled, hook, packet);
	}

	#statement(lines: string[]): void {
		const line = lines.shift() ?? "";
		if (line === "") return;
		const block = /^table inet polywan \{$/.test(line);
		if (line === "table inet polywan" || block) {
			this.#table ??= { sets: new Map(), chains: new Map() };
			if (block) this.#block(this.#table, lines);
			return;
		}
		const table = this.#table;
		if (table === null) throw new Error(`nft: no table for: ${line}`);
		if (line === "delete table inet polywan") this.#table = null;
		else changeTable(table, line);
	}

	#block(table: Table, lines: string[]): void {
		for (let line = lines.shift(); line !== "}"; line = lines.shift()) {
			const [, kind = "", name = ""] = /^(set|map|chain) (\w+) \{$/.exec(line ?? "") ?? [];
			if (kind === "") throw new Error(`nft: unknown in table: ${line}`);
			const body: string[] = [];
			for (let inner = lines.shift(); inner !== "}"; inner = lines.shift()) {
				if (inner === undefined) throw new Error("nft: unfinished block");
				body.push(inner);
			}
			if (kind === "chain") {
				const hook = body[0]?.startsWith("type ") ? (body.shift() ?? null) : null;
				table.chains.set(name, { hook, rules: body });
			} else {
				const elements = body.find((inner) => inner.startsWith("elements = "));
				const definition = body.filter((inner) => inner !== elements).join("; ");
				const set = { kind, definition, elements: new Map<string, string>() };
				table.sets.set(name, set);
				if (elements !== undefined) addElements(set, elements.slice("elements = ".length));
			}
		}
	}
}

function copyTable({ sets, chains }: Table): Table {
	return {
		sets: new Map([...sets].map(([name, set]) => [name, { ...set, elements: new Map(set.elements) }])),
		chains: new Map([...chains].map(([name, chain]) => [name, { ...chain, rules: [...chain.rules] }])),
	};
}

function changeTable(table: Table, line: string): void {
	const [, verb = "", object = "", name = "", rest = ""] =
		/^(\w+) (\w+) inet polywan (\w+) ?(.*)$/.exec(line) ?? [];
	const chain = table.chains.get(name);
	const set = table.sets.get(name);
	const what = `${verb} ${object}`;
	if (what === "add chain") {
		if (chain !== undefined) throw new Error(`nft: File exists: ${line}`);
		table.chains.set(name, { hook: rest === "" ? null : rest.slice(2, -2), rules: [] });
	} else if ((what === "add set" || what === "add map") && set === undefined) {
		table.sets.set(name, { kind: object, definition: rest.slice(2, -3), elements: new Map() });
	} else if (what === "flush chain" && chain !== undefined) chain.rules.length = 0;
	else if (what === "add rule" && chain !== undefined) chain.rules.push(rest);
	else if (what === "delete chain" && chain !== undefined) table.chains.delete(name);
	else if ((what === "flush set" || what === "flush map") && set !== undefined) set.elements.clear();
	else if ((what === "delete set" || what === "delete map") && set !== undefined) table.sets.delete(name);
	else if (what === "add element" && set !== undefined) addElements(set, rest);
	else if (what === "delete element" && set !== undefined) deleteElements(set, rest);
	else throw new Error(`nft: cannot do: ${line}`);
}

function parseElements(text: string): readonly (readonly [string, string])[] {
	const [, inner = ""] = /^\{ (.*) \}$/.exec(text) ?? [];
	if (inner === "") throw new Error(`nft: bad elements: ${text}`);
	return inner.split(", ").map((element) => {
		const [key = "", value = ""] = element.split(" : ");
		return [key, value];
	});
}

function addElements(set: SetState, text: string): void {
	for (const [key, value] of parseElements(text)) {
		if ((set.elements.get(key) ?? value) !== value) throw new Error(`nft: File exists: ${key}`);
		if ((value === "") !== (set.kind === "set"))
			throw new Error(`nft: element ${key} does not suit a ${set.kind}`);
		set.elements.set(key, value);
	}
}

function deleteElements(set: SetState, text: string): void {
	for (const [key, value] of parseElements(text)) {
		if (set.elements.get(key) !== value) throw new Error(`nft: No such element: ${key} : ${value}`);
		set.elements.delete(key);
	}
}

/** Reads every rule, so that what we do not know is refused, and so is a way to a chain that is not there. */
function compile(table: Table | null): ReadonlyMap<string, readonly (readonly Part[])[]> {
	if (table === null) return new Map();
	const existing = (chain: string): string => {
		if (!table.chains.has(chain)) throw new Error(`nft: no chain ${chain}`);
		return chain;
	};
	for (const set of table.sets.values()) {
		for (const value of set.elements.values()) if (value !== "") existing(value.replace("goto ", ""));
	}
	const context: Context = {
		chain: existing,
		set: (name) => {
			const set = table.sets.get(name);
			if (set === undefined) throw new Error(`nft: no set ${name}`);
			return set.elements;
		},
	};
	return new Map(
		[...table.chains].map(([name, { rules }]) => [name, rules.map((rule) => compileRule(rule, context))]),
	);
}

interface Context {
	chain(name: string): string;
	set(name: string): ReadonlyMap<string, string>;
}

type Compiler = (found: RegExpExecArray, context: Context) => Part;

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

function hex(text: string | undefined): number {
	return Number.parseInt(text ?? "", 16);
}

function jumpTo(value: string | undefined, context: Context): ReturnType<Part> {
	return value === undefined ? "break" : { goto: context.chain(value.replace("goto ", "")) };
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

/** A map has no order: two elements for one packet are refused. */
function compileRuleMap(found: RegExpExecArray, context: Context): Part {
	const selectors = found[0].slice(0, found[0].indexOf(" vmap")).split(" . ");
	const elements = [...context.set(found[2] ?? "")].map(([text, value]) => {
		const key = text.replace(/ comment "[\w:.-]+"$/, "").split(" . ");
		if (key.length !== selectors.length) throw new Error(`nft: key ${text} for ${selectors.join(" . ")}`);
		return { key, value };
	});
	return (packet) => {
		const [hit, other] = elements.filter(({ key }) =>
			key.every((part, index) => hasValue(packet, selectors[index] ?? "", part)),
		);
		if (other !== undefined)
			throw new Error(`nft: ${hit?.key.join(" . ")} overlaps ${other.key.join(" . ")}`);
		return hit === undefined ? "next" : jumpTo(hit.value, context);
	};
}

function hasValue(packet: Packet, selector: string, value: string): boolean {
	switch (selector.replace("ip6", "ip")) {
		case "iifname":
			return `"${packet.incoming}"` === value;
		case "ip saddr":
			return inNetwork(packet.source, value);
		case "ip daddr":
			return inNetwork(packet.destination, value);
		case "meta l4proto":
			return packet.protocol === Number(value);
		case "th sport":
			return inPorts(packet.sourcePort, value);
		default:
			return inPorts(packet.destinationPort, value);
	}
}

function compileRoundRobin(found: RegExpExecArray, context: Context): Part {
	const size = Number(found[1]);
	const slots = (found[2] ?? "").split(", ").map((slot, index) => {
		const [key, value = ""] = slot.split(" : ");
		if (Number(key) !== index) throw new Error(`nft: slot ${key} at place ${index}`);
		return context.chain(value.replace("goto ", ""));
	});
	if (slots.length !== size || size > 1024) throw new Error(`nft: ${slots.length} slots of ${size}`);
	let turn = 0;
	return () => ({ goto: slots[turn++ % size] ?? "" });
}

/** Slots that are elements of a map. A hash is as good as taking turns. */
function compileTurns(found: RegExpExecArray, context: Context): Part {
	const size = Number(found[1]);
	const slots = context.set(found[2] ?? "");
	if (slots.size !== size) throw new Error(`nft: ${slots.size} slots of ${size}`);
	let turn = 0;
	return () => jumpTo(slots.get(String(turn++ % size)), context);
}

function compileRule(rule: string, context: Context): readonly Part[] {
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
