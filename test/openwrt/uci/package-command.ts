import { addSection } from "uci-parser/change";
import { findSection, UciError, type UciPackage } from "uci-parser/config";
import { applyOne, type Delta, showChanges } from "uci-parser/delta";
import { exportPackage } from "uci-parser/export";
import { DUPLICATE_PACKAGE, NO_SECTION, parsePackage, parsePackages, TYPE_CLASH } from "uci-parser/parse";
import { showPackage, showSection, showValue } from "uci-parser/show";
import { readStatements } from "uci-parser/statement";
import type { CliSettings } from "./settings.ts";
import { describeFailure, UciFailure } from "./status.ts";
import type { LoadedPackage, UciStore } from "./store.ts";
import { lookUp, type Target } from "./target.ts";

export type PackageVerb = "show" | "changes" | "export" | "commit";

/** Runs a command that may also take a whole package (cli.c, package_cmd). Returns what to print. */
export function runPackageCommand(
	store: UciStore,
	settings: CliSettings,
	verb: PackageVerb,
	path: string,
): string {
	const target = lookUp(store, path);
	switch (verb) {
		case "show":
			return show(target, settings);
		case "changes":
			return showChanges(target.loaded.deltas);
		case "export":
			return exportPackage(target.loaded.pkg, { nameAnonymous: store.nameAnonymous });
		case "commit":
			if (settings.mayCommit) store.commit(target.package);
			return "";
	}
}

function show(target: Target, settings: CliSettings): string {
	if (!target.complete) throw new UciFailure("notFound");
	const { section, current, option } = target;
	if (!section) {
		const { plainNames, delimiter } = settings;
		return showPackage(target.loaded.pkg, { plainNames, delimiter });
	}
	if (current === undefined) return showSection(target.package, section, section.name, settings.delimiter);
	return `${target.package}.${section.name}.${option}=${showValue(current, settings.delimiter)}\n`;
}

/** `uci add`: returns the generated name. */
export function runAdd(store: UciStore, packageName: string, type: string): string {
	const { pkg } = store.load(packageName);
	const { name } = addSection(pkg, type);
	store.save(packageName, [{ command: "add", package: packageName, section: name, value: type }]);
	return name;
}

/** `uci import`: without a name the text says which packages it holds; merging saves changes, else files are written. */
export function runImport(store: UciStore, text: string, name: string | undefined, merge: boolean): void {
	if (name === undefined) {
		for (const pkg of readSeveral(store, text)) store.overwrite(pkg);
		return;
	}
	const loaded = merge ? loadIfThere(store, name) : null;
	if (loaded) store.save(name, mergeText(store, loaded.pkg, text));
	else store.overwrite(parsePackage(name, text, store.readOptions));
}

function readSeveral(store: UciStore, text: string): UciPackage[] {
	try {
		return parsePackages(text, store.readOptions);
	} catch (error) {
		if (error instanceof UciError && error.reason === DUPLICATE_PACKAGE) throw new UciFailure("duplicate");
		throw error;
	}
}

/** Null also for a file that cannot be read: it is then written over. */
function loadIfThere(store: UciStore, name: string): LoadedPackage | null {
	try {
		return store.load(name);
	} catch (error) {
		describeFailure(error);
		return null;
	}
}

/** The changes that bring the statements of a text into a package. */
function mergeText(store: UciStore, base: UciPackage, text: string): Delta[] {
	const deltas: Delta[] = [];
	let pkg = base;
	let section = "";
	const record = (delta: Omit<Delta, "package" | "section">) => {
		const full = { ...delta, package: base.name, section };
		const changed = applyOne(pkg, full);
		if (changed !== pkg) deltas.push(full);
		pkg = changed;
	};
	readStatements(
		text,
		{
			check(command, at) {
				if (command === "option" && section === "") {
					throw at.reject(NO_SECTION);
				}
			},
			section(type, name, at) {
				const known = findSection(pkg, name);
				if (store.strict && known && known.type !== type) throw at.reject(TYPE_CLASH);
				section = name === "" ? addSection(pkg, type).name : name;
				record({ command: name === "" ? "add" : "set", value: type });
			},
			option(option, value) {
				if (value !== "") record({ command: "set", option, value });
			},
			list: (option, value) => record({ command: "addList", option, value }),
		},
		store.readOptions,
	);
	return deltas;
}
