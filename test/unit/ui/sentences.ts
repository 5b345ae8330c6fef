/** What stands for a value in a sentence taken from source text. */
export const PLACE = "{}";

/** Texts a TypeScript source says to people: its string and template literals of several words, every way a condition inside them may go. */
export function listSentences(source: string): string[] {
	return [...new Set(listLiterals(source).filter(isSentence))];
}

function isSentence(text: string): boolean {
	const words = text.replaceAll(PLACE, " X ").trim().split(/\s+/);
	return words.filter((word) => /^['"(]?[a-z][a-z_-]*['",.;:)?]*$/.test(word)).length >= 2;
}

const STRING = /"((?:[^"\\\n]|\\.)*)"/y;
const SKIPPED = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\/(?![*/\s=])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

function listLiterals(source: string): string[] {
	const found: string[] = [];
	let at = 0;
	while (at < source.length) {
		const char = source[at];
		const [whole, text] = matchAt(STRING, source, at) ?? [];
		if (whole !== undefined) {
			found.push((text ?? "").replace(/\\(.)/g, "$1"));
			at += whole.length;
		} else if (char === "`") {
			const template = readTemplate(source, at + 1);
			found.push(...template.texts, ...template.inner);
			at = template.end;
		} else at += matchAt(SKIPPED, source, at)?.[0].length ?? 1;
	}
	return found;
}

interface Template {
	/** Whole, one for each way its conditions may go. */
	readonly texts: readonly string[];
	/** Literals inside its expressions that are no part of the text as they stand: arguments, say. */
	readonly inner: readonly string[];
	readonly end: number;
}

function readTemplate(source: string, start: number): Template {
	let texts = [""];
	const inner: string[] = [];
	let at = start;
	while (at < source.length && source[at] !== "`") {
		if (source.startsWith("${", at)) {
			const end = endOfExpression(source, at + 2);
			const expression = source.slice(at + 2, end);
			const ways = waysOf(expression);
			if (ways[0] === PLACE) inner.push(...listLiterals(expression));
			texts = texts.flatMap((text) => ways.map((way) => text + way));
			at = end + 1;
		} else {
			const length = source[at] === "\\" ? 2 : 1;
			const piece = source.slice(at + length - 1, at + length);
			texts = texts.map((text) => text + piece);
			at += length;
		}
	}
	return { texts, inner, end: at + 1 };
}

function endOfExpression(source: string, start: number): number {
	let depth = 1;
	let at = start;
	while (at < source.length) {
		const whole = matchAt(STRING, source, at)?.[0];
		if (whole !== undefined) at += whole.length;
		else if (source[at] === "`") at = readTemplate(source, at + 1).end;
		else {
			if (source[at] === "{") depth++;
			if (source[at] === "}" && --depth === 0) return at;
			at++;
		}
	}
	return at;
}

/** `a ? "x" : "y"`: both; anything else: a place. */
function waysOf(expression: string): string[] {
	const [, yes, no] = /^[^"`]*\?\s*"([^"]*)"\s*:\s*"([^"]*)"\s*$/.exec(expression) ?? [];
	return yes === undefined || no === undefined ? [PLACE] : [yes, no];
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(source);
}
