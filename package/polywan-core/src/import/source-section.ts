import type { UciSection } from "uci-parser/config";
import type { ImportNote } from "./note.ts";

/** A section of the foreign file that knows which of its options were dealt with, so that none is lost without a word. */
export class SourceSection {
	readonly name: string;
	readonly type: string;
	readonly anonymous: boolean;
	readonly notes: ImportNote[];
	readonly #options: UciSection["options"];
	readonly #done = new Set<string>();

	constructor(section: UciSection, notes: ImportNote[]) {
		this.name = section.name;
		this.type = section.type;
		this.anonymous = section.anonymous;
		this.notes = notes;
		this.#options = section.options;
	}

	has(option: string): boolean {
		return this.#options.has(option);
	}

	/** The words of an option or list, in order; a value between blanks counts as several. */
	words(option: string): readonly string[] {
		const value = this.#options.get(option);
		if (value === undefined) return [];
		return (typeof value === "string" ? [value] : value).flatMap((text) =>
			text.split(/\s+/).filter((word) => word !== ""),
		);
	}

	/** The only value of an option; of a list its last one, as shell scripts do not expect one. */
	text(option: string): string | null {
		return this.words(option).at(-1) ?? null;
	}

	/** A whole number; what is none counts as absent, and says so. */
	number(option: string): number | null {
		const text = this.text(option);
		if (text === null) return null;
		if (/^[0-9]{1,9}$/.test(text)) return Number(text);
		this.lost(option, "it is not a whole number");
		return null;
	}

	/** UCI's booleans as the shell's config_get_bool reads them; anything else is no. */
	isOn(option: string): boolean {
		return ["1", "on", "true", "yes", "enabled"].includes(this.text(option) ?? "");
	}

	/** Everything about the option has been said of its parts. */
	seen(option: string): void {
		this.#done.add(option);
	}

	kept(option: string, message: string, value?: string): void {
		this.#note("kept", option, message, value);
	}

	changed(option: string, message: string, value?: string): void {
		this.#note("changed", option, message, value);
	}

	lost(option: string, message: string, value?: string): void {
		this.#note("lost", option, message, value);
	}

	/** About the section as a whole. */
	say(kind: ImportNote["kind"], message: string): void {
		this.notes.push({ section: this.name, option: null, value: null, kind, message });
	}

	/** Nothing more will be said of the options of a section that is gone as a whole. */
	dismiss(message: string): void {
		this.say("lost", message);
		for (const option of this.#options.keys()) this.#done.add(option);
	}

	/** Reports what nobody dealt with. */
	finish(): void {
		for (const option of this.#options.keys()) {
			if (!this.#done.has(option))
				this.lost(option, `mwan3 has no such option in a section of type ${this.type}`);
		}
	}

	#note(kind: ImportNote["kind"], option: string, message: string, value?: string): void {
		this.#done.add(option);
		if (!this.has(option)) return;
		const shown = value ?? this.words(option).join(" ");
		this.notes.push({ section: this.name, option, value: shown, kind, message });
	}
}
