import { UciError, type UciPackage } from "uci-parser/config";
import { applyDelta, type Delta, parseDelta, renderDelta, showChanges } from "uci-parser/delta";
import { exportPackage, exportText } from "uci-parser/export";
import { parsePackage } from "uci-parser/parse";
import { showPackage } from "uci-parser/show";
import { type Random, seededRandom } from "./random.ts";
import { mutate, randomDelta, randomFile } from "./uci-text.ts";

export const targets: { name: string; run(iterations: number, seed: number): void }[] = [
	{ name: "uci", run: fuzzUci },
];

/** Throws an Error that holds the input, the seed and the iteration where a property does not hold. */
export function fuzzUci(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const text = randomFile(random);
		const deltas = Array.from({ length: random.below(6) }, () => randomDelta(random));
		try {
			checkFile(text, deltas);
			checkDeltas(deltas, random);
		} catch (error) {
			const input = JSON.stringify({ text, deltas });
			throw new Error(`uci: seed ${seed}, iteration ${iteration}: ${input}`, { cause: error });
		}
	}
}

function checkFile(text: string, deltas: readonly Delta[]): void {
	parseLoosely(text);
	const pkg = parseOrRefuse(text);
	if (!pkg) return;
	const exported = exportPackage(pkg, { header: false });
	const again = parsePackage("p", exported);
	same("parse(export(p)) is p", outline(again), outline(pkg));
	same("export is stable", exportPackage(again, { header: false }), exported);
	same("an unchanged file stays", exportText(text, pkg), text);
	showPackage(pkg);
	checkChanged(text, pkg, deltas);
}

/** What is kept of the old text never changes what the written file says. */
function checkChanged(text: string, pkg: UciPackage, deltas: readonly Delta[]): void {
	const changed = applyDelta(pkg, deltas);
	const canonical = outline(parseNotStrict(exportPackage(changed, { header: false })));
	same("kept text says the same", outline(parseNotStrict(exportText(text, changed))), canonical);
}

function checkDeltas(deltas: readonly Delta[], random: Random): void {
	const rendered = renderDelta(deltas);
	same("parse(render(deltas)) is deltas", tuples(parseDelta(rendered)), tuples(deltas));
	// Those of a package that is called "p#" are written as libuci writes them: to be misread.
	const survivors = parseDelta(mutate(rendered, random)).filter((delta) => delta.package === "p");
	same("mutated deltas are stable", tuples(parseDelta(renderDelta(survivors))), tuples(survivors));
	showChanges(survivors);
}

function parseOrRefuse(text: string): UciPackage | null {
	try {
		return parsePackage("p", text);
	} catch (error) {
		if (error instanceof UciError && error.line >= 0 && error.byte >= 0) return null;
		throw error;
	}
}

function parseLoosely(text: string): void {
	if (!text.includes("\0")) parseNotStrict(text);
}

function parseNotStrict(text: string): UciPackage {
	return parsePackage("p", text, { strict: false });
}

function tuples(deltas: readonly Delta[]) {
	return deltas.map((delta) => [delta.command, delta.package, delta.section, delta.option, delta.value]);
}

function outline(pkg: UciPackage) {
	return pkg.sections.map(({ type, name, options }) => [type, name, [...options]]);
}

function same(property: string, got: unknown, wanted: unknown): void {
	const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
	if (a !== b) throw new Error(`${property}: got ${a}, wanted ${b}`);
}
