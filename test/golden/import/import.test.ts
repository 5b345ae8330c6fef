import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseModel } from "polywan-core/config/parse";
import { importMwan3 } from "polywan-core/import/mwan3";
import { parseMwan3File } from "polywan-core/import/mwan3-file";
import { renderImportNote } from "polywan-core/import/note";
import { exportPackage } from "uci-parser/export";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, test } from "vitest";

// A case is a folder with mwan3's configuration in `mwan3`. `polywan` and `notes.txt` are what must come out;
// UPDATE_GOLDEN=1 writes them.

const folder = join(process.cwd(), "test/golden/import");
const updating = process.env.UPDATE_GOLDEN === "1";
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

function expectFile(path: string, text: string): void {
	if (updating) writeFileSync(path, text);
	expect(text).toBe(existsSync(path) ? readFileSync(path, "utf8") : null);
}

describe.each(cases.map((entry) => entry.name))("import: %s", (name) => {
	const { pkg: source, notes: unread } = parseMwan3File(readFileSync(join(folder, name, "mwan3"), "utf8"));
	const { config, notes } = importMwan3(source);
	const text = exportPackage(config, { header: false });

	test("configuration", () => {
		expectFile(join(folder, name, "polywan"), text);
	});

	test("notes", () => {
		const lines = [...unread, ...notes].map((note) => `${renderImportNote(note, "mwan3")}\n`);
		expectFile(join(folder, name, "notes.txt"), lines.join(""));
	});

	test("polywan takes every word of it", () => {
		expect(parseModel(parsePackage("polywan", text), {}).problems).toEqual([]);
	});

	test("no option is passed over in silence", () => {
		const told = new Set(notes.map(({ section, option }) => `${section}.${option}`));
		const wholes = new Set(
			notes.filter(({ kind, option }) => kind === "lost" && option === null).map((note) => note.section),
		);
		const silent = source.sections
			.filter((section) => !wholes.has(section.name))
			.flatMap(({ name: section, options }) => [...options.keys()].map((option) => `${section}.${option}`))
			.filter((place) => !told.has(place));
		expect(silent).toEqual([]);
	});
});

test("a file that is no text is nothing to import, and says so", () => {
	const { pkg, notes } = parseMwan3File("\u007fELF\u0000\u0001");
	expect(pkg.sections).toEqual([]);
	expect(notes.map(({ message }) => message)).toEqual([expect.stringContaining("binary data")]);
});
