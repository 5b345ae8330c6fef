import { signal } from "@preact/signals";

/** What is asked, as typed. */
export interface Question {
	readonly source: string;
	readonly destination: string;
	readonly protocol: string;
	readonly port: string;
}

export interface Hit {
	readonly rule: string;
	/** What is to stand there, in the language of the moment. */
	label(): string;
}

/** The rule that took the connection asked about, to be marked in the list; null: none, or nothing was asked. */
export const hit = signal<Hit | null>(null);
/** What was asked last, kept while other pages are looked at. */
export const question = signal<Question>({ source: "", destination: "", protocol: "", port: "" });
