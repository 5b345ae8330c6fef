import type { ubusStatus } from "ubus-js/bus";
import type { BlobTable, BlobValue } from "ubus-js/codec";
import { addSection } from "uci-parser/change";
import type { UciPackage, UciSection } from "uci-parser/config";
import { applyOne, type Delta } from "uci-parser/delta";
import { isName } from "uci-parser/name";
import { lookUpSection } from "uci-parser/path";
import type { UciStore } from "../uci/store.ts";
import { formatValue } from "./uci-value.ts";

/** Why a value was not taken, or null. */
export type Refusal = keyof typeof ubusStatus | null;

/** Changes to one package, saved together or not at all. */
export class UciEdit {
	pkg: UciPackage;
	private readonly deltas: Delta[] = [];
	private readonly store: UciStore;

	/** Throws as UciStore.load. */
	constructor(store: UciStore, name: string) {
		this.store = store;
		this.pkg = store.load(name).pkg;
	}

	save(): void {
		this.store.save(this.pkg.name, this.deltas);
	}

	/** The section of that name or `@type[index]`. */
	find(reference: string): UciSection | undefined {
		return lookUpSection(this.pkg, reference) ?? undefined;
	}

	/** Adds a section, anonymous without a name, and tells its name. */
	add(type: string, name: string | undefined): string {
		if (name !== undefined) {
			this.apply({ command: "set", section: name, value: type });
			return name;
		}
		const { name: generated } = addSection(this.pkg, type);
		this.apply({ command: "add", section: generated, value: type });
		return generated;
	}

	/** Sets an option of a new section; an array becomes a list. */
	fill(section: string, option: string, value: BlobValue): Refusal {
		if (!isName(option)) return "invalidArgument";
		if (!this.find(section)) return "notFound";
		if (!Array.isArray(value)) return this.setText(section, option, value);
		const texts = value.map(formatValue);
		for (const text of texts)
			if (text !== undefined) this.apply({ command: "addList", section, option, value: text });
		return texts.includes(undefined) ? "invalidArgument" : null;
	}

	/** Gives an option a value instead of the one it has; rpcd refuses an empty array. */
	set(reference: string, option: string, value: BlobValue): Refusal {
		if (!isName(option)) return "invalidArgument";
		const section = this.find(reference);
		if (!section) return "notFound";
		const old = section.options.get(option);
		const { name } = section;
		const isList = Array.isArray(value);
		if (old !== undefined && (isList || Array.isArray(old))) this.remove(name, option);
		if (!isList) return this.setText(name, option, value);
		const texts = value.map(formatValue).filter((text) => text !== undefined);
		for (const text of texts) this.apply({ command: "addList", section: name, option, value: text });
		return texts.length > 0 ? null : "invalidArgument";
	}

	/** Takes options away, or the section where none are named. */
	delete(reference: string, options: readonly BlobValue[] | undefined): Refusal {
		const section = this.find(reference);
		if (!section) return "notFound";
		if (!options) {
			this.remove(section.name);
			return null;
		}
		const present = options.filter((each) => typeof each === "string" && section.options.has(each));
		for (const option of present) this.remove(section.name, String(option));
		return present.length > 0 ? null : "notFound";
	}

	rename(section: string, option: string | undefined, name: string): void {
		this.apply({ command: "rename", section, ...(option !== undefined && { option }), value: name });
	}

	reorder(section: string, position: number): void {
		this.apply({ command: "reorder", section, value: String(position) });
	}

	private setText(section: string, option: string, value: BlobValue): Refusal {
		const text = formatValue(value);
		if (text === undefined) return "invalidArgument";
		if (text !== "") this.apply({ command: "set", section, option, value: text });
		else if (this.find(section)?.options.has(option)) this.remove(section, option);
		return null;
	}

	private remove(section: string, option?: string): void {
		this.apply({ command: "remove", section, ...(option !== undefined && { option }) });
	}

	private apply(change: Omit<Delta, "package">): void {
		const delta = { ...change, package: this.pkg.name };
		const changed = applyOne(this.pkg, delta);
		if (changed !== this.pkg) this.deltas.push(delta);
		this.pkg = changed;
	}
}

/** Offers every value of a table; returns the last refusal, as rpcd does. */
export function offerAll(values: BlobTable, take: (name: string, value: BlobValue) => Refusal): Refusal {
	let refusal: Refusal = null;
	for (const [name, value] of Object.entries(values)) refusal = take(name, value) ?? refusal;
	return refusal;
}
