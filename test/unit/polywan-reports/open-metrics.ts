// A strict reader of the OpenMetrics 1.0 text format, written from its ABNF: everything it does not allow is an error.

export interface ParsedFamily {
	readonly name: string;
	readonly type: string;
	readonly unit: string | null;
	readonly samples: readonly { name: string; labels: Readonly<Record<string, string>>; value: number }[];
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\n"])*"';
const number = "[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:e[+-]?[0-9]+)?";
const metadataLine = new RegExp(`^# (TYPE|UNIT|HELP) (${name}) (.+)$`);
const sampleLine = new RegExp(`^(${name})(?:\\{(${label}(?:,${label})*)\\})? (${number})$`);
const suffixes: Readonly<Record<string, string>> = { gauge: "", counter: "_total", info: "_info" };

/** Throws an Error with the line's number where the text is not as the standard says. */
export function parseOpenMetrics(text: string): ParsedFamily[] {
	if (!text.endsWith("# EOF\n")) throw new Error("does not end with # EOF and a line feed");
	const families: { -readonly [Key in keyof ParsedFamily]: ParsedFamily[Key] }[] = [];
	const seen = new Set<string>();
	for (const [index, line] of text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1).entries()) {
		const refuse = (why: string) => new Error(`line ${index + 1}: ${why}: ${line}`);
		const last = families.at(-1);
		const [, keyword = "", family = "", value = ""] = metadataLine.exec(line) ?? [];
		if (keyword === "TYPE") {
			if (!(value in suffixes)) throw refuse("unknown type");
			if (families.some((known) => known.name === family)) throw refuse("a family twice");
			families.push({ name: family, type: value, unit: null, samples: [] });
			continue;
		}
		if (!last) throw refuse("before any TYPE");
		if (keyword !== "") {
			if (family !== last.name) throw refuse("metadata of another family");
			if (last.samples.length > 0) throw refuse("metadata after samples");
			if (keyword === "UNIT" && !family.endsWith(`_${value}`)) throw refuse("the unit does not end the name");
			if (keyword === "UNIT") last.unit = value;
			continue;
		}
		const sample = sampleLine.exec(line);
		if (!sample) throw refuse("neither metadata nor a sample");
		const [, sampleName = "", labels = "", figure = ""] = sample;
		if (sampleName !== last.name + suffixes[last.type]) throw refuse("a sample of another family");
		if (last.type === "counter" && Number(figure) < 0) throw refuse("a counter below 0");
		if (last.type === "info" && Number(figure) !== 1) throw refuse("an info that is not 1");
		const key = `${sampleName}{${labels}}`;
		if (seen.has(key)) throw refuse("a series twice");
		seen.add(key);
		last.samples = [
			...last.samples,
			{ name: sampleName, labels: parseLabels(labels, refuse), value: Number(figure) },
		];
	}
	return families;
}

function parseLabels(text: string, refuse: (why: string) => Error): Record<string, string> {
	const labels: Record<string, string> = {};
	for (const [, key = "", value = ""] of text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
		if (key in labels) throw refuse("a label twice");
		labels[key] = value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
	}
	return labels;
}
