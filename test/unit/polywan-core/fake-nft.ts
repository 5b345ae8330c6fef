import type { Context } from "./fake-nft-map.ts";
import { compileRule } from "./fake-nft-rule.ts";
import type { Packet, Part } from "./fake-packet.ts";
import { traverse } from "./fake-packet.ts";

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
