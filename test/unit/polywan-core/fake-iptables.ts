import type { Packet, Part } from "./fake-packet.ts";
import { inNetwork, inPorts, traverse } from "./fake-packet.ts";

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
	raw: ["PREROUTING", "OUTPUT"],
	filter: ["INPUT", "FORWARD", "OUTPUT"],
	nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
	mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
};

type Chains = Map<string, string[]>;

/** `iptables-restore --noflush` and iptables-save of one family: each table takes effect whole or not at all. */
export class FakeIptables {
	readonly #tables = new Map(
		Object.entries(BUILT_IN).map(([table, names]): [string, Chains] => [
			table,
			new Map(names.map((name) => [name, []])),
		]),
	);
	readonly #compiled = new Map<string, ReadonlyMap<string, readonly (readonly Part[])[]>>();

	restore(text: string): void {
		let name = "";
		let chains: Chains = new Map();
		for (const line of text.split("\n")) {
			if (line === "" || line.startsWith("#")) continue;
			if (line.startsWith("*")) {
				name = line.slice(1);
				const table = this.#tables.get(name);
				if (table === undefined) throw new Error(`iptables: no table ${name}`);
				chains = new Map([...table].map(([chain, rules]) => [chain, [...rules]]));
			} else if (line === "COMMIT") {
				this.#compiled.set(name, compile(chains));
				this.#tables.set(name, chains);
			} else change(chains, line, BUILT_IN[name] ?? []);
		}
	}

	save(): string {
		const lines: string[] = [];
		for (const [table, chains] of this.#tables) {
			lines.push(`*${table}`);
			for (const name of chains.keys())
				lines.push(`:${name} ${BUILT_IN[table]?.includes(name) ? "ACCEPT" : "-"} [0:0]`);
			for (const [name, rules] of chains) for (const rule of rules) lines.push(`-A ${name} ${quote(rule)}`);
			lines.push("COMMIT");
		}
		return `${lines.join("\n")}\n`;
	}

	/** Everything, in an order that does not tell how it came about. */
	get dump(): readonly string[] {
		return [...this.#tables]
			.flatMap(([table, chains]) =>
				[...chains].map(([chain, rules]) => `${table} ${chain} ${rules.join("\n")}`),
			)
			.sort();
	}

	pass(table: string, hook: string, packet: Packet): void {
		traverse(this.#compiled.get(table) ?? new Map([[hook, []]]), hook, packet);
	}
}

/** As some versions of iptables-save do. */
function quote(rule: string): string {
	return rule.replace(/--comment (\S+)/, '--comment "$1"').replace("-p 6 ", "-p tcp ");
}

function change(chains: Chains, line: string, builtIn: readonly string[]): void {
	const [, verb = "", name = "", rest = ""] = /^(:|-[AIDX] )(\S+) ?(.*)$/.exec(line) ?? [];
	const rules = chains.get(name);
	const isBuiltIn = builtIn.includes(name);
	if (verb === ":" && !isBuiltIn && rest === "- [0:0]") chains.set(name, []);
	else if (verb === "-A " && rules !== undefined && !isBuiltIn) rules.push(rest);
	else if (verb === "-I " && rules !== undefined && rest.startsWith("1 ")) rules.unshift(rest.slice(2));
	else if (verb === "-D " && rules !== undefined && rules.includes(rest))
		rules.splice(rules.indexOf(rest), 1);
	else if (verb === "-X " && rules?.length === 0 && !isBuiltIn) chains.delete(name);
	else throw new Error(`iptables: cannot do: ${line}`);
}

function compile(chains: Chains): ReadonlyMap<string, readonly (readonly Part[])[]> {
	return new Map([...chains].map(([name, rules]) => [name, rules.map((rule) => compileRule(rule, chains))]));
}

type Compiler = (value: string, not: boolean) => Part;

function condition(test: (packet: Packet) => boolean): Compiler {
	return (_, not) => (packet) => (test(packet) !== not ? "next" : "break");
}

function onValue(test: (packet: Packet, value: string) => boolean): Compiler {
	return (value, not) => (packet) => (test(packet, value) !== not ? "next" : "break");
}

function setBits(field: "mark" | "ctMark"): Compiler {
	return (value) => (packet) => {
		const [bits = 0, mask = 0] = value.split("/").map(Number);
		packet[field] = ((packet[field] & ~mask) | bits) >>> 0;
		return "next";
	};
}

function hasBits(field: "mark" | "ctMark"): Compiler {
	return onValue((packet, value) => {
		const [bits, mask = 0] = value.split("/").map(Number);
		return (packet[field] & mask) >>> 0 === bits;
	});
}

function onIcmpType(protocol: number): Compiler {
	return onValue((packet, value) => packet.protocol === protocol && (packet.icmpType ?? 0) === Number(value));
}

const never = condition(() => false);

/** Options by the match or target they belong to; a value follows each but those with an empty pattern. */
const OPTIONS: readonly (readonly [RegExp, Compiler])[] = [
	[/^-s (\S+)/, onValue((packet, value) => inNetwork(packet.source, value))],
	[/^-d (\S+)/, onValue((packet, value) => inNetwork(packet.destination, value))],
	[/^-i (\S+)/, onValue((packet, value) => packet.incoming === value)],
	[/^-o (\S+)/, onValue((packet, value) => packet.outgoing === value)],
	[/^-p ipv6-icmp -m icmp6 --icmpv6-type (13[3-7]) -j RETURN/, never],
	[/^-p icmp -m icmp --icmp-type (\d+)/, onIcmpType(1)],
	[/^-p ipv6-icmp -m icmp6 --icmpv6-type (\d+)/, onIcmpType(58)],
	[/^-m mac --mac-source (\S+)/, onValue((packet, value) => packet.mac?.toUpperCase() === value)],
	[/^-m dscp --dscp (0x[0-9a-f]{2})/, onValue((packet, value) => (packet.dscp ?? 0) === Number(value))],
	[/^-m owner --uid-owner (\d+)/, onValue((packet, value) => packet.user === Number(value))],
	[/^-m owner --gid-owner (\d+)/, onValue((packet, value) => packet.group === Number(value))],
	// Nothing is remembered: each packet is the first of its source.
	[/^-m set --match-set (polywan_k[0-9a-f]{8}_\d+_[46]) src(?!,)/, never],
	[/^-m set --match-set (polywan_[qh][0-9a-f]{8}(?:_\d+)?_[46]) src,dst,dst/, never],
	[/^-m set --match-set (polywan_d[0-9a-f]{8}_[46]) dst/, never],
	[/^-j SET --add-set (polywan_k[0-9a-f]{8}_\d+_[46]) src --exist --timeout \d+/, () => () => "next"],
	[
		/^-j SET --add-set (polywan_[qh][0-9a-f]{8}(?:_\d+)?_[46]) src,dst,dst --exist --timeout \d+/,
		() => () => "next",
	],
	[/^-m conntrack --ctdir (ORIGINAL)/, () => () => "next"],
	[/^-m connbytes --connbytes (\d+) --connbytes-mode bytes --connbytes-dir both/, never],
	[/^-m limit --limit (10\/sec) --limit-burst 20/, () => () => "next"],
	[/^-j LOG --log-prefix "(polywan [\w.-]{1,19}: )"(?: --log-level \d)?/, () => () => "next"],
	[/^-p (\d+)/, onValue((packet, value) => packet.protocol === Number(value))],
	[/^-m multiport --sports (\S+)/, onValue((packet, value) => anyPort(packet.sourcePort, value))],
	[/^-m multiport --dports (\S+)/, onValue((packet, value) => anyPort(packet.destinationPort, value))],
	[/^-m comment --comment ([\w:.-]+)/, () => () => "next"],
	[/^-m mark (?:! )?--mark (\S+)/, hasBits("mark")],
	[/^-m connmark (?:! )?--mark (\S+)/, hasBits("ctMark")],
	[/^-m conntrack ! --ctstate (NEW)/, condition(() => true)],
	[/^-m addrtype --dst-type (LOCAL|BROADCAST|MULTICAST)/, never],
	[/^-m addrtype --src-type (LOCAL)/, condition((packet) => packet.incoming === null)],
	[/^-m statistic --mode nth --every (\d+) --packet 0/, compileNth],
	[/^-j MARK --set-xmark (\S+)/, setBits("mark")],
	[/^-j CONNMARK --set-xmark (\S+)/, setBits("ctMark")],
	[/^-j CONNMARK --restore-mark --nfmask (\S+) --ctmask \1/, compileRestore],
	[/^-j CT --(notrack)/, () => () => "accept"],
	[/^-m conntrack --ctstate (DNAT)/, never],
	[/^-j DNAT --to-destination (\S+)/, () => () => "accept"],
	[/^-j (MASQUERADE)/, () => () => "accept"],
	[/^-j NETMAP --to ([0-9a-f:/]+)/, () => () => "accept"],
	[/^-j (RETURN)/, () => () => "return"],
	[/^-g (polywan_\w+)/, (chain) => () => ({ goto: chain })],
	[/^-j (polywan_\w+)/, (chain) => () => ({ jump: chain })],
];

function anyPort(port: number, value: string): boolean {
	const ranges = value.split(",");
	if (value.split(/[,:]/).length > 15) throw new Error(`iptables: too many ports: ${value}`);
	return ranges.some((range) => inPorts(port, range));
}

function compileNth(value: string): Part {
	let seen = 0;
	return () => (seen++ % Number(value) === 0 ? "next" : "break");
}

function compileRestore(mask: string): Part {
	return (packet) => {
		packet.mark = ((packet.mark & ~Number(mask)) | (packet.ctMark & Number(mask))) >>> 0;
		return "next";
	};
}

function compileRule(rule: string, chains: Chains): readonly Part[] {
	const parts: Part[] = [];
	let left = rule;
	while (left !== "") {
		const option = OPTIONS.map(([pattern, compiler]) => ({ found: pattern.exec(left), compiler })).find(
			({ found }) => found,
		);
		if (!option?.found) throw new Error(`iptables: unknown: ${left}`);
		const [text, value = ""] = option.found;
		parts.push(option.compiler(value, text.includes("! ")));
		left = left.slice(text.length).trimStart();
	}
	const target = /-[jg] (polywan_\w+)/.exec(rule)?.[1];
	if (/-p .* -p | -s .* -s | -d .* -d | -i .* -i /.test(rule)) throw new Error(`iptables: twice: ${rule}`);
	if (target !== undefined && !chains.has(target)) throw new Error(`iptables: no chain ${target}`);
	return parts;
}
