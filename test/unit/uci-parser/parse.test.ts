import { UciError } from "uci-parser/config";
import { parsePackage, parsePackages } from "uci-parser/parse";
import { describe, expect, it } from "vitest";

function read(text: string, name = "x") {
	return parsePackage(name, text).sections.map((section) => ({
		type: section.type,
		name: section.name,
		...Object.fromEntries(section.options),
	}));
}

function options(text: string) {
	return Object.fromEntries(parsePackage("x", `config t 's'\n${text}`).sections[0]?.options ?? []);
}

function errorOf(text: string): string {
	try {
		parsePackage("x", text);
	} catch (error) {
		expect(error).toBeInstanceOf(UciError);
		return (error as UciError).message;
	}
	return "no error";
}

describe("sections", () => {
	it("names anonymous sections as libuci does", () => {
		expect(read("config system\n")[0]?.name).toBe("cfg01e48a");
		expect(read("config a 'x'\nconfig system\n")[1]?.name).toBe("cfg02e48a");
	});

	it("counts a repeated named section once and merges it", () => {
		expect(read("config a 'x'\n\toption p 1\nconfig a 'x'\n\toption q 2\nconfig system\n")).toEqual([
			{ type: "a", name: "x", p: "1", q: "2" },
			{ type: "system", name: "cfg02e48a" },
		]);
	});

	it("takes the short commands and several statements on a line", () => {
		expect(read("c a 'x' ; o p 1 ; l q 2\n")).toEqual([{ type: "a", name: "x", p: "1", q: ["2"] }]);
	});

	it("loses the rest of a line after a ; that touches an unquoted word, as libuci does", () => {
		expect(read("config a b;option c d\n")).toEqual([{ type: "a", name: "b" }]);
		expect(read("config a 'b';option c 'd';option e f\n")).toEqual([
			{ type: "a", name: "b", c: "d", e: "f" },
		]);
	});

	it("ignores the package line of a file", () => {
		expect(parsePackage("x", "package other\nconfig a b\n").name).toBe("x");
	});

	it("reads an empty file", () => {
		expect(parsePackage("x", "").sections).toEqual([]);
		expect(parsePackage("x", "\n# nothing\n\n").sections).toEqual([]);
	});
});

describe("values", () => {
	it.each([
		["\toption a plain\n", "plain"],
		["\toption a 'single \\n \" quoted'\n", 'single \\n " quoted'],
		['\toption a "double \\" \\n \' quoted"\n', "double \" n ' quoted"],
		["\toption a 'it'\\''s'\n", "it's"],
		["\toption a 'a'\"b\"c\n", "abc"],
		["\toption a one\\ word\n", "one word"],
		["\toption a 'first\nsecond\n\nfourth'\n", "first\nsecond\n\nfourth"],
		['\toption a "first\nsecond"\n', "first\nsecond"],
		['\toption a "joined \\\nline"\n', "joined line"],
		["\toption a joi\\\nned\n", "joined"],
		["\toption a joi\\\r\nned\r\n", "joined"],
		["\toption a 'value'\r\n", "value"],
		["\toption a word#comment\n", "word"],
		["\toption a 'x' # comment\n", "x"],
		["\toption a '#no comment'\n", "#no comment"],
		["\toption a 'grüße €🙂'\n", "grüße €🙂"],
		["\toption a last", "last"],
	])("%j", (text, value) => {
		expect(options(text).a).toBe(value);
	});

	it("drops an empty option and keeps an empty list item", () => {
		expect(options("\toption a ''\n\toption b 'kept'\n\toption b ''\n\tlist c ''\n")).toEqual({
			b: "kept",
			c: [""],
		});
	});

	it("lets the last option win, a list continue an option, and an option replace a list", () => {
		expect(options("\toption a 1\n\toption a 2\n")).toEqual({ a: "2" });
		expect(options("\toption a 1\n\tlist a 2\n\tlist a 3\n")).toEqual({ a: ["1", "2", "3"] });
		expect(options("\tlist a 1\n\tlist a 2\n\toption a 3\n")).toEqual({ a: "3" });
	});
});

/** Each message as libuci 66127cd prints it for the same file. */
describe("errors", () => {
	it.each([
		["bogus\n", "invalid command", 1, 0],
		["bogus", "invalid command", 0, 0],
		["\n\n  bogus x\n", "invalid command", 3, 2],
		["config\n", "invalid command", 1, 0],
		["config", "config without name", 0, 0],
		["config \n", "insufficient arguments", 1, 8],
		["config foo\n\toption \n", "insufficient arguments", 2, 9],
		["config foo\n\toption", "option without name", 1, 1],
		["option a b\n", "option/list command found before the first section", 1, 0],
		["list a b\n", "option/list command found before the first section", 1, 0],
		["config foo bar baz\n", "too many arguments", 1, 19],
		["config foo\n\toption a b c\n", "too many arguments", 2, 14],
		["config foo 'ba-r'\n", "invalid character in name field", 1, 18],
		["config 'f o'\n", "invalid character in type field", 1, 13],
		["config foo\n\toption a-b c\n", "invalid character in name field", 2, 12],
		["config foo\n\toption a 'b\nc\n", "EOF with unterminated '", 3, 15],
		['config foo\n\toption a "b\nc\n', 'EOF with unterminated "', 3, 15],
		["config foo\n\toption a b\\\n c d\n", "too many arguments", 3, 15],
		["config a b ;\n", "invalid command", 1, 12],
		["config a ;option b c\n", "too many arguments", 1, 17],
		[
			"config foo x\nconfig bar x\n",
			"section of different type overwrites prior section with same name",
			2,
			13,
		],
		["package\n", "invalid command", 1, 0],
		["package", "package without name", 0, 0],
		["package a.b\n", "invalid character in name field", 1, 12],
		["config f\n\toption a 'é' x y\n", "too many arguments", 2, 17],
		["config f\n\r\n\toption a b\\\r\nc d e\n", "too many arguments", 4, 16],
		["config foo\noption a '\n'; option b 'c' 'd'\n", "too many arguments", 3, 31],
		['config foo\n\toption "" x\n', "insufficient arguments", 2, 11],
		["config ''\n", "insufficient arguments", 1, 10],
	])("%j: %s", (text, reason, line, byte) => {
		expect(errorOf(text)).toBe(`Parse error (${reason}) at line ${line}, byte ${byte}`);
	});

	it("refuses a binary file cleanly", () => {
		expect(errorOf("\x7fELF\x02\x01\x01\0\0\0\0")).toMatch(/^Parse error \(binary data\) at line 1/);
		expect(errorOf("\x7fELF\x02\x01\x01 x\n")).toBe("Parse error (invalid command) at line 1, byte 0");
	});

	it("leaves bad lines out when not strict, and tells each", () => {
		const errors: string[] = [];
		const pkg = parsePackage("x", "config a b\nbogus\n\toption c d\n\toption e-f g\n", {
			strict: false,
			onError: (error) => errors.push(error.message),
		});
		expect(pkg.sections[0]?.options).toEqual(new Map([["c", "d"]]));
		expect(errors).toEqual([
			"Parse error (invalid command) at line 2, byte 0",
			"Parse error (invalid character in name field) at line 4, byte 12",
		]);
	});
});

describe("several packages in one text", () => {
	it("reads what uci export prints", () => {
		const packages = parsePackages("package a\n\nconfig t 'x'\n\npackage b\n\nconfig u\n\n");
		expect(packages.map((pkg) => [pkg.name, pkg.sections.length])).toEqual([
			["a", 1],
			["b", 1],
		]);
	});

	it("refuses a section without a package and a package that comes twice", () => {
		expect(() => parsePackages("config a b\n")).toThrow("attempting to import a file without a package name");
		expect(() => parsePackages("package a\npackage a\n")).toThrow("duplicate package");
	});
});
