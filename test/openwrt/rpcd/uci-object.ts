import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { isName } from "uci-parser/name";
import { lookUpSection } from "uci-parser/path";
import type { UciStore } from "../uci/store.ts";
import type { Apply } from "./apply.ts";
import { optionalList, optionalTable, optionalText, refuse, text } from "./argument.ts";
import { translateFailures, type UciAccess } from "./uci-access.ts";
import { offerAll, type Refusal, UciEdit } from "./uci-edit.ts";
import { dumpChange, dumpPackage, dumpSection, dumpValue, matchesSection } from "./uci-value.ts";

const SID = { ubus_rpc_session: "string" } as const;
const CONFIG = { config: "string", ...SID } as const;
const CHOICE = { config: "string", section: "string", type: "string", match: "table", ...SID } as const;
const SECTION_TYPE = /^[A-Za-z0-9_-]+$/;
const SECTION_REFERENCE = /^([A-Za-z0-9_]+|@[A-Za-z0-9_-]*\[[+-]?\d+\])$/;

/** The object `uci` without its apply, confirm and rollback. */
export function uciMethods(access: UciAccess, apply: Apply): { [name: string]: UbusMethod } {
	return {
		configs: method({}, () => ({ configs: access.storeOf(undefined).listConfigs() })),
		get: method({ ...CHOICE, option: "string" }, (args) => get(args, access.open(args, "read"))),
		state: method({ ...CHOICE, option: "string" }, (args) => {
			const opened = access.open(args, "read");
			opened.store.saveTo(access.paths.stateDir);
			return get(args, opened);
		}),
		add: method({ ...CONFIG, type: "string", name: "string", values: "table" }, (args) => add(args, access)),
		set: method({ ...CHOICE, values: "table" }, (args) => set(args, access)),
		delete: method({ ...CHOICE, option: "string", options: "array" }, (args) => remove(args, access)),
		rename: method({ ...CONFIG, section: "string", option: "string", name: "string" }, (args) =>
			rename(args, access),
		),
		order: method({ ...CONFIG, sections: "array" }, (args) => order(args, access)),
		changes: method(CONFIG, (args) => changes(args, access)),
		revert: method(CONFIG, (args) => {
			apply.refuseWhilePending();
			const { store, config } = access.open(args, "write");
			store.load(config);
			store.revert(config);
		}),
		commit: method(CONFIG, async (args) => {
			apply.refuseWhilePending();
			const { store, config } = access.open(args, "write");
			translateFailures(() => store.commit(config));
			await apply.announce(config);
		}),
	};
}

function method(args: NonNullable<UbusMethod["args"]>, call: UbusMethod["call"]): UbusMethod {
	return { args, call: (given, request) => translateFailures(() => call(given, request)) };
}

/** Nothing, not even a status, tells that a section or option is missing. */
function get(args: BlobTable, { store, config }: { store: UciStore; config: string }): BlobTable | undefined {
	const { pkg } = store.load(config);
	const reference = optionalText(args, "section");
	if (reference === undefined) {
		return { values: dumpPackage(pkg, optionalText(args, "type"), optionalTable(args, "match")) };
	}
	const section = lookUpSection(pkg, reference);
	if (section === null && reference.startsWith("@")) throw refuse("invalidArgument");
	const option = optionalText(args, "option");
	if (!section) return undefined;
	if (option === undefined) return { values: dumpSection(section) };
	const value = section.options.get(option);
	return value === undefined ? undefined : { value: dumpValue(value) };
}

function add(args: BlobTable, access: UciAccess): BlobTable {
	const type = text(args, "type");
	const { store, config } = access.open(args, "write");
	const name = optionalText(args, "name");
	if (!SECTION_TYPE.test(type) || (name !== undefined && !isName(name))) throw refuse("invalidArgument");
	const edit = new UciEdit(store, config);
	const section = edit.add(type, name);
	finish(
		edit,
		offerAll(optionalTable(args, "values") ?? {}, (option, value) => edit.fill(section, option, value)),
	);
	return { section };
}

function set(args: BlobTable, access: UciAccess): void {
	const values = optionalTable(args, "values");
	if (!values) throw refuse("invalidArgument");
	const edit = openChosen(args, access);
	const chosen = chooseSections(args, edit);
	let refusal: Refusal = chosen.length > 0 && Object.keys(values).length > 0 ? null : "notFound";
	for (const section of chosen) {
		refusal = offerAll(values, (option, value) => edit.set(section, option, value)) ?? refusal;
	}
	finish(edit, refusal);
}

function remove(args: BlobTable, access: UciAccess): void {
	const type = optionalText(args, "type");
	const edit = openChosen(args, access);
	if (type !== undefined && !SECTION_TYPE.test(type)) throw refuse("invalidArgument");
	const option = optionalText(args, "option");
	const options = optionalList(args, "options") ?? (option === undefined ? undefined : [option]);
	const chosen = chooseSections(args, edit);
	let refusal: Refusal = chosen.length > 0 ? null : "notFound";
	for (const section of chosen) refusal = edit.delete(section, options);
	finish(edit, refusal);
}

function rename(args: BlobTable, access: UciAccess): void {
	const [reference, name] = [text(args, "section"), text(args, "name")];
	const { store, config } = access.open(args, "write");
	if (!isName(name)) throw refuse("invalidArgument");
	const edit = new UciEdit(store, config);
	const section = edit.find(reference);
	const option = optionalText(args, "option");
	if (!section || (option !== undefined && !section.options.has(option))) throw refuse("notFound");
	edit.rename(section.name, option, name);
	edit.save();
}

function order(args: BlobTable, access: UciAccess): void {
	const sections = optionalList(args, "sections");
	if (!sections) throw refuse("invalidArgument");
	const { store, config } = access.open(args, "write");
	const edit = new UciEdit(store, config);
	let refusal: Refusal = null;
	let position = 0;
	for (const reference of sections) {
		const section = typeof reference === "string" ? edit.find(reference) : undefined;
		if (section) edit.reorder(section.name, position++);
		else refusal ??= typeof reference === "string" ? "notFound" : "invalidArgument";
	}
	finish(edit, refusal);
}

function changes(args: BlobTable, access: UciAccess): BlobTable {
	if (optionalText(args, "config") !== undefined) {
		const { store, config } = access.open(args, "read");
		return { changes: store.load(config).deltas.map(dumpChange) };
	}
	const sid = optionalText(args, "ubus_rpc_session");
	const store = access.storeOf(sid);
	const all: BlobTable = {};
	for (const config of store.listConfigs()) {
		if (sid !== undefined && !access.allows(sid, config, "read")) continue;
		const deltas = readDeltas(store, config);
		if (deltas.length > 0) all[config] = deltas.map(dumpChange);
	}
	return { changes: all };
}

function readDeltas(store: UciStore, config: string) {
	try {
		return store.load(config).deltas;
	} catch {
		return [];
	}
}

function openChosen(args: BlobTable, access: UciAccess): UciEdit {
	const section = optionalText(args, "section");
	const hasChoice = section ?? optionalText(args, "type") ?? optionalTable(args, "match");
	if (hasChoice === undefined) throw refuse("invalidArgument");
	const { store, config } = access.open(args, "write");
	if (section !== undefined && !SECTION_REFERENCE.test(section)) throw refuse("invalidArgument");
	return new UciEdit(store, config);
}

/** The names of the section given, or of all that match. */
function chooseSections(args: BlobTable, edit: UciEdit): string[] {
	const reference = optionalText(args, "section");
	if (reference !== undefined) return [reference];
	const [type, match] = [optionalText(args, "type"), optionalTable(args, "match")];
	return edit.pkg.sections.filter((section) => matchesSection(section, type, match)).map(({ name }) => name);
}

function finish(edit: UciEdit, refusal: Refusal): void {
	if (refusal !== null) throw new UbusError(ubusStatus[refusal]);
	edit.save();
}
