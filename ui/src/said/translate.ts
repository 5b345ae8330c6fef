interface Pattern {
	readonly matches: RegExp;
	readonly words: string;
	/** Letters of the sentence itself: what has most says most. */
	readonly letters: number;
}

/** Two words of English in a row: no name, number or list. */
const PROSE = /(^| )[a-z]{2,} [a-z]{2,}/;
/** With fewer letters a pattern counts only where all in it is understood. */
const SPEAKING_LETTERS = 5;
const MOST_KNOWN = 5000;

/**
 * Puts sentences of the router's programs into another language. They come as whole English sentences, as the CLI prints them, and
 * are known by their pattern: "rule '{}' does not match: {+}"; what stands at `{+}` is translated again.
 */
export class Translator {
	readonly #exact: ReadonlyMap<string, string>;
	readonly #patterns: readonly Pattern[];
	readonly #known = new Map<string, string>();

	/** `words`: translation by English pattern, with `{1}` for its first place. */
	constructor(words: Readonly<Record<string, string>>) {
		const entries = Object.entries(words);
		this.#exact = new Map(entries.filter(([english]) => !english.includes("{")));
		this.#patterns = entries
			.filter(([english]) => english.includes("{"))
			.map(([english, translated]) => buildPattern(english, translated))
			.sort((a, b) => b.letters - a.letters);
	}

	/** The sentence as it is where nothing of it is known. */
	translate(text: string): string {
		const known = this.#known.get(text);
		if (known !== undefined) return known;
		if (this.#known.size > MOST_KNOWN) this.#known.clear();
		const translated = this.whole(text) ?? this.#part(text) ?? text;
		this.#known.set(text, translated);
		return translated;
	}

	/** Null unless all of it is known. */
	whole(text: string): string | null {
		const exact = this.#exact.get(text);
		if (exact !== undefined) return exact;
		for (const { matches, words } of this.#patterns) {
			const found = matches.exec(text);
			const places = found === null ? null : this.#places(found);
			if (places !== null) return fill(words, places);
		}
		return null;
	}

	#places({ groups = {} }: RegExpExecArray): string[] | null {
		const places: string[] = [];
		for (const [name, text] of Object.entries(groups)) {
			const translated = name.startsWith("said") ? this.whole(text) : null;
			if (translated === null && PROSE.test(text)) return null;
			places.push(translated ?? text);
		}
		return places;
	}

	/** The outermost sentence, around what is not known. */
	#part(text: string): string | null {
		const [first, rest] = splitOnce(text, "; ");
		if (rest !== null) {
			const both = [first, rest].map((each) => this.translate(each));
			if (both[0] !== first || both[1] !== rest) return fill(this.#patternOf("; "), both);
		}
		for (const { matches, words, letters } of this.#patterns) {
			const found = letters < SPEAKING_LETTERS ? null : matches.exec(text);
			if (found === null) continue;
			const places = Object.entries(found.groups ?? {}).map(([name, each]) =>
				name.startsWith("said") ? this.translate(each) : each,
			);
			return fill(words, places);
		}
		return null;
	}

	#patternOf(joint: string): string {
		return (
			this.#patterns.find(({ matches }) => matches.source === sourceOf(`{+}${joint}{+}`))?.words ??
			`{1}${joint}{2}`
		);
	}
}

function buildPattern(english: string, words: string): Pattern {
	return {
		matches: new RegExp(sourceOf(english)),
		words,
		letters: english.replace(/\{\+?\}|[^A-Za-z]/g, "").length,
	};
}

function sourceOf(english: string): string {
	let count = 0;
	const source = english.replace(/[.*+?^$()|[\]\\]|\{\+?\}/g, (part) => {
		if (part === "{}") return `(?<as${++count}>.*?)`;
		return part === "{+}" ? `(?<said${++count}>.*?)` : `\\${part}`;
	});
	return `^${source}$`;
}

function fill(words: string, places: readonly string[]): string {
	return words.replace(/\{(\d)\}/g, (whole, number: string) => places[Number(number) - 1] ?? whole);
}

function splitOnce(text: string, joint: string): [string, string | null] {
	const at = text.indexOf(joint);
	return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + joint.length)];
}
