import {
	addListItem,
	deleteListIndex,
	deleteListItem,
	deleteOption,
	deleteSection,
	makeAnonymous,
	renameOption,
	renameSection,
	reorderSection,
	setOption,
	setSection,
	UciChangeError,
} from "./change.ts";
import { findSection, UciError, type UciPackage } from "./config.ts";
import { quote } from "./export.ts";
import { Lexer } from "./lexer.ts";
import { isName } from "./name.ts";
import { parsePath } from "./path.ts";

export type DeltaCommand = "set" | "add" | "remove" | "rename" | "reorder" | "addList" | "removeList";

/** One uncommitted change, a line of `/tmp/.uci/<package>`. Only `remove` may lack a value. */
export interface Delta {
	readonly command: DeltaCommand;
	readonly package: string;
	readonly section: string;
	readonly option?: string;
	readonly value?: string;
}

const PREFIXES: { readonly [prefix: string]: DeltaCommand } = {
	"+": "add",
	"-": "remove",
	"@": "rename",
	"^": "reorder",
	"|": "addList",
	"~": "removeList",
};

/** Reads a delta file. Lines that libuci cannot read are left out; `onBadLine` is called for each of them. */
export function parseDelta(text: string, onBadLine?: () => void): Delta[] {
	const deltas: Delta[] = [];
	const lexer = new Lexer(text);
	while (lexer.nextLine()) {
		const delta = readDelta(lexer);
		if (delta) deltas.push(delta);
		else onBadLine?.();
	}
	return deltas;
}

function readDelta(lexer: Lexer): Delta | null {
	try {
		const line = lexer.argument();
		return lexer.atEnd ? parseTuple(line) : null;
	} catch (error) {
		if (error instanceof UciError) return null;
		throw error;
	}
}

function parseTuple(line: string): Delta | null {
	const command = PREFIXES[line[0] ?? ""];
	const path = parsePath(command ? line.slice(1) : line);
	if (!path?.section || !isName(path.section)) return null;
	if (command !== "remove" && path.value === undefined) return null;
	if (command === "reorder" && path.option !== undefined) return null;
	if (command === "rename" && !isName(path.value ?? "")) return null;
	if ((command === "addList" || command === "removeList") && path.option === undefined) return null;
	return { ...path, section: path.section, command: command ?? "set" };
}

/** The lines libuci appends to a delta file for these changes. */
export function renderDelta(deltas: readonly Delta[]): string {
	return deltas.map(renderLine).join("");
}

function renderLine(delta: Delta): string {
	const prefix = Object.keys(PREFIXES).find((key) => PREFIXES[key] === delta.command) ?? "";
	const value = delta.value === undefined ? "" : `=${quote(delta.value)}`;
	return `${prefix}${targetOf(delta)}${value}\n`;
}

/** What `uci changes` prints. */
export function showChanges(deltas: readonly Delta[]): string {
	return deltas.map(showChange).join("");
}

function showChange(delta: Delta): string {
	if (delta.command === "remove") return `-${targetOf(delta)}\n`;
	const operator = delta.command === "addList" ? "+=" : delta.command === "removeList" ? "-=" : "=";
	return `${targetOf(delta)}${operator}${quote(delta.value ?? "")}\n`;
}

function targetOf(delta: Delta): string {
	const target = `${delta.package}.${delta.section}`;
	return delta.option === undefined ? target : `${target}.${delta.option}`;
}

/** Applies changes in order. Those of another package and those that fit nothing are left out, as libuci does. */
export function applyDelta(pkg: UciPackage, deltas: readonly Delta[]): UciPackage {
	let result = pkg;
	for (const delta of deltas) {
		if (delta.package !== pkg.name) continue;
		try {
			result = applyOne(result, delta);
		} catch (error) {
			if (!(error instanceof UciChangeError)) throw error;
		}
	}
	return result;
}

/** Applies one change. Throws UciChangeError where libuci refuses it. */
export function applyOne(pkg: UciPackage, delta: Delta): UciPackage {
	const { section, option, value = "" } = delta;
	switch (delta.command) {
		case "set":
			return applySet(pkg, section, option, value);
		case "add": {
			const set = applySet(pkg, section, option, value);
			return option === undefined && findSection(set, section) ? makeAnonymous(set, section) : set;
		}
		case "remove":
			return applyRemove(pkg, section, option, value);
		case "rename":
			return option === undefined
				? renameSection(pkg, section, value)
				: renameOption(pkg, section, option, value);
		case "reorder":
			return reorderSection(pkg, section, parsePosition(value));
		case "addList":
			return addListItem(pkg, section, option ?? "", value);
		case "removeList":
			return deleteListItem(pkg, section, option ?? "", value);
	}
}

/** A position as libuci reads it: leading digits, else 0; a negative one means the front. */
export function parsePosition(text: string): number {
	return Number(/^\s*([+-]?\d+)/.exec(text)?.[1] ?? 0) | 0;
}

function applySet(pkg: UciPackage, section: string, option: string | undefined, value: string): UciPackage {
	if (option !== undefined) return setOption(pkg, section, option, value);
	if (value !== "") return setSection(pkg, section, value);
	return findSection(pkg, section) ? deleteSection(pkg, section) : pkg;
}

function applyRemove(
	pkg: UciPackage,
	section: string,
	option: string | undefined,
	value: string,
): UciPackage {
	if (option === undefined) return deleteSection(pkg, section);
	const old = findSection(pkg, section)?.options.get(option);
	if (value === "" || typeof old === "string") return deleteOption(pkg, section, option);
	const index = Number.parseInt(value, 10);
	return Number.isNaN(index) ? pkg : deleteListIndex(pkg, section, option, index);
}
