import { reorderSection } from "uci-parser/change";
import { type Delta, parsePosition } from "uci-parser/delta";
import { isType } from "uci-parser/name";
import { plainValue } from "uci-parser/show";
import { UciFailure } from "./status.ts";
import type { UciStore } from "./store.ts";
import { lookUp, type Target } from "./target.ts";

export type SectionVerb =
	| "get"
	| "set"
	| "add_list"
	| "del_list"
	| "delete"
	| "rename"
	| "revert"
	| "reorder";

/** Runs a command on one path (cli.c, uci_do_section_cmd); returns the exit code. */
export function runSectionCommand(
	store: UciStore,
	verb: SectionVerb,
	path: string,
	output: { print(text: string): void; delimiter: string },
): number {
	const target = lookUp(store, path);
	if (target.value !== undefined && (verb === "get" || verb === "revert")) return 1;
	if (verb === "get") return get(target, output);
	if (verb === "revert") {
		store.revert(target.package, target.sectionName, target.option);
		return 0;
	}
	if (verb === "delete" && target.value && !/^\s*[+-]?\d/.test(target.value)) return 1;
	const change = CHANGES[verb](target);
	if (change) store.save(target.package, [{ ...change, package: target.package }]);
	return 0;
}

function get(target: Target, output: { print(text: string): void; delimiter: string }): number {
	if (!target.complete) throw new UciFailure("notFound");
	if (target.current !== undefined) output.print(`${plainValue(target.current, output.delimiter)}\n`);
	else if (target.section) output.print(`${target.section.type}\n`);
	return 0;
}

type Change = Omit<Delta, "package"> | null;

const CHANGES: { [verb in Exclude<SectionVerb, "get" | "revert">]: (target: Target) => Change } = {
	set(target) {
		const { section, sectionName, option, value, current } = target;
		if (value === undefined || sectionName === undefined) throw new UciFailure("invalid");
		if (!section && option !== undefined) throw new UciFailure("invalid");
		if (option === undefined && value !== "" && !isType(value)) throw new UciFailure("invalid");
		if (value === "") return target.complete ? CHANGES.delete(target) : null;
		if (option === undefined ? section?.type === value : current === value) return null;
		return change("set", target, value);
	},
	delete(target) {
		const { section, current, value } = target;
		if (!target.complete) throw new UciFailure("notFound");
		if (!section) throw new UciFailure("invalid");
		if (value === undefined || value === "" || !Array.isArray(current)) return change("remove", target);
		const index = Number.parseInt(value, 10);
		return index >= 0 && index < current.length ? change("remove", target, value) : null;
	},
	add_list(target) {
		const { section, option, value } = target;
		if (!section || option === undefined || value === undefined) throw new UciFailure("invalid");
		return change("addList", target, value);
	},
	del_list(target) {
		const { section, current, value } = target;
		if (!section || value === undefined) throw new UciFailure("invalid");
		return Array.isArray(current) ? change("removeList", target, value) : null;
	},
	rename(target) {
		if (!target.complete) throw new UciFailure("notFound");
		if (!target.section || target.value === undefined) throw new UciFailure("invalid");
		return change("rename", target, target.value);
	},
	reorder(target) {
		const { section, value, loaded } = target;
		if (!section || value === undefined) throw new UciFailure("notFound");
		const position = parsePosition(value);
		if (reorderSection(loaded.pkg, section.name, position) === loaded.pkg) return null;
		return { command: "reorder", section: section.name, value: String(position) };
	},
};

function change(command: Delta["command"], target: Target, value?: string): Change {
	return {
		command,
		section: target.sectionName ?? "",
		...(target.option !== undefined && { option: target.option }),
		...(value !== undefined && { value }),
	};
}
