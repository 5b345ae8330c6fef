import { signal } from "@preact/signals";

/** What is asked, as typed. */
export interface Question {
	readonly source: string;
	readonly destination: string;
	readonly protocol: string;
	readonly port: string;
}

export interface Said {
	/** In the language of the moment. */
	readonly text: string;
	/** Nothing that was not said can change it. */
	readonly isSure: boolean;
}

/** What the answer says of a rule, to be marked in the list of rules; null: nothing. */
export const saidOf = signal<(rule: string) => Said | null>(() => null);
/** What was asked last, kept while other pages are looked at. */
export const question = signal<Question>({ source: "", destination: "", protocol: "", port: "" });
