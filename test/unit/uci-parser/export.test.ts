import {
	addSection,
	deleteSection,
	renameSection,
	reorderSection,
	setOption,
	setSection,
} from "uci-parser/change";
import { exportPackage, exportText } from "uci-parser/export";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, it } from "vitest";

describe("exportPackage", () => {
	const pkg = parsePackage(
		"net",
		"config a\noption x \"it's\"\nlist y 1\nlist y '2 3'\nconfig b 'c'\noption z 'l1\nl2'\n",
	);

	it("prints what uci export prints", () => {
		expect(exportPackage(pkg)).toBe(
			"package net\n\nconfig a\n\toption x 'it'\\''s'\n\tlist y '1'\n\tlist y '2 3'\n\nconfig b 'c'\n\toption z 'l1\nl2'\n\n",
		);
	});

	it("names anonymous sections when asked, and leaves the header out", () => {
		expect(exportPackage(pkg, { nameAnonymous: true, header: false })).toMatch(
			/^\nconfig a 'cfg01[0-9a-f]{4}'\n/,
		);
	});

	it("prints an empty package", () => {
		expect(exportPackage(parsePackage("e", ""))).toBe("package e\n\n");
	});
});

const FILE = `# my router
# by hand

config globals globals   # unquoted
	option a 1

# the first line
config uplink 'wan'
	option weight '1'   # one
	# option tier 2

config uplink
	list x "y"

# the rules
config rule 'r'
	option dest_port 80
# the end
`;

describe("exportText", () => {
	const before = parsePackage("p", FILE);
	const lines = (text: string) => text.split("\n");

	it("leaves a file that did not change as it is, byte for byte", () => {
		expect(exportText(FILE, before)).toBe(FILE);
		expect(exportText("config a b", parsePackage("p", "config a b"))).toBe("config a b");
	});

	it("writes only the changed section anew and keeps the comments around it", () => {
		const text = exportText(FILE, setOption(before, "wan", "weight", "2"));
		expect(text).toBe(
			FILE.replace(
				"config uplink 'wan'\n\toption weight '1'   # one",
				"config uplink 'wan'\n\toption weight '2'",
			),
		);
	});

	it("appends a new section in libuci's form", () => {
		const text = exportText(FILE, setOption(setSection(before, "wanb", "uplink"), "wanb", "tier", "2"));
		expect(text).toBe(`${FILE}\nconfig uplink 'wanb'\n\toption tier '2'\n`);
	});

	it("takes a deleted section away with the comments above it", () => {
		const text = exportText(FILE, deleteSection(before, "wan"));
		expect(text).not.toContain("the first line");
		expect(lines(FILE).filter((line) => !lines(text).includes(line))).toEqual([
			"# the first line",
			"config uplink 'wan'",
			"\toption weight '1'   # one",
			"\t# option tier 2",
		]);
	});

	it("moves a section with its comments", () => {
		const text = exportText(FILE, reorderSection(before, "r", 0));
		expect(text.indexOf("# the rules")).toBeLessThan(text.indexOf("config globals"));
		expect(parsePackage("p", text).sections.map(({ type }) => type)).toEqual([
			"rule",
			"globals",
			"uplink",
			"uplink",
		]);
		expect(text).toContain("option a 1");
	});

	it("keeps a section written in two places, and statements that share a line", () => {
		const text = "config a x\n\toption p 1\nconfig b y ; option q 2\nconfig a x\n\toption r 3\n";
		const changed = setOption(parsePackage("p", text), "y", "q", "4");
		const out = exportText(text, changed);
		expect(parsePackage("p", out).sections).toEqual(changed.sections);
		expect(out).toContain("\toption p 1\n");
	});

	it("ends a last line before it writes on", () => {
		const added = addSection(parsePackage("p", "config a b"), "c").pkg;
		expect(exportText("config a b", added)).toBe("config a b\n\nconfig c\n");
	});

	it("writes everything anew where the file cannot keep its form", () => {
		const text = "config a x\n\toption p 1\nconfig a y\n\toption p 2\n";
		const clash = renameSection(parsePackage("p", text), "y", "x");
		expect(exportText(text, clash)).toBe(exportPackage(clash, { header: false }));
	});

	it("writes multi-line values that stay readable", () => {
		const pkg = setOption(before, "r", "note", "it's\nconfig evil\n\toption x");
		expect(parsePackage("p", exportText(FILE, pkg)).sections).toEqual(pkg.sections);
	});
});
