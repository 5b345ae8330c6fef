import { applyDelta, parseDelta, renderDelta, showChanges } from "uci-parser/delta";
import { exportPackage } from "uci-parser/export";
import { parsePackage } from "uci-parser/parse";
import { showPackage } from "uci-parser/show";
import { describe, expect, it } from "vitest";

const LINES = `p.s='type'
p.s.o='it'\\''s
two lines'
+p.cfg02e48a='system'
-p.s.o
-p.s.l='1'
-p.s
@p.s.o='n'
@p.s='n'
^p.s='3'
|p.s.l='item'
~p.s.l='item'
`;

describe("delta files", () => {
	it("reads every prefix and writes the same lines", () => {
		const deltas = parseDelta(LINES);
		expect(deltas.map(({ command }) => command)).toEqual([
			...["set", "set", "add", "remove", "remove", "remove"],
			...["rename", "rename", "reorder", "addList", "removeList"],
		]);
		expect(deltas[1]).toEqual({
			command: "set",
			package: "p",
			section: "s",
			option: "o",
			value: "it's\ntwo lines",
		});
		expect(renderDelta(deltas)).toBe(LINES);
	});

	it("shows them as uci changes does", () => {
		expect(showChanges(parseDelta(LINES))).toBe(
			"p.s='type'\np.s.o='it'\\''s\ntwo lines'\np.cfg02e48a='system'\n-p.s.o\n-p.s.l\n-p.s\np.s.o='n'\np.s='n'\n" +
				"p.s='3'\np.s.l+='item'\np.s.l-='item'\n",
		);
	});

	it.each([
		...[
			"",
			"p",
			"p=",
			"p.s",
			"p.@s[0]='x'",
			"p.s.o",
			"p.s.o.q='x'",
			"p.s.o='x' junk",
			"p.s.o='x';",
			"# p.s='t'",
		],
		...[
			"+p.s",
			"+p.s.o",
			"@p.s",
			"@p.s=''",
			"@p.s='a-b'",
			"^p.s",
			"^p.s.o='1'",
			"|p.s.o",
			"|p.s='x'",
			"~p.s.o",
		],
		...["~p.s='x'", "-p", "-p.@s[0]", "p.s.o='\u0001'", "p.s.o='never ends"],
	])("leaves out %j and reads on", (bad) => {
		let badLines = 0;
		const deltas = parseDelta(`p.a='t'\n${bad}\np.b='t'\n`, () => badLines++);
		const isUnterminated = bad.endsWith("ends");
		expect(deltas.map(({ section }) => section)).toEqual(isUnterminated ? ["a"] : ["a", "b"]);
		expect(badLines).toBe(1);
	});
});

describe("applyDelta", () => {
	const pkg = parsePackage(
		"p",
		"config type 's'\n\toption o 'old'\n\tlist l '1'\n\tlist l '2'\nconfig type\n",
	);
	const apply = (text: string) => showPackage(applyDelta(pkg, parseDelta(text)));

	it.each([
		["p.s.o='new'\n", "p.s.o='new'"],
		["p.s.n='new'\n", "p.s.n='new'"],
		["p.n='type'\n", "p.n=type"],
		["|p.s.l='3'\n", "p.s.l='1' '2' '3'"],
		["~p.s.l='1'\n", "p.s.l='2'"],
		["-p.s.l='0'\n", "p.s.l='2'"],
		["@p.s='n'\n", "p.n=type"],
		["@p.s.o='n'\n", "p.s.n='old'"],
		["+p.cfg03e48a='system'\n", "p.@system[0]=system"],
	])("%j", (delta, line) => {
		expect(apply(delta).split("\n")).toContain(line);
	});

	it("deletes, also by an empty value", () => {
		expect(apply("-p.s\n")).toBe("p.@type[0]=type\n");
		expect(apply("p.s=''\n")).toBe("p.@type[0]=type\n");
		expect(apply("-p.s.o\n-p.s.l\n")).toBe("p.s=type\np.@type[1]=type\n");
	});

	it("reorders", () => {
		expect(apply("^p.s='1'\n")).toMatch(/^p\.@type\[0\]=type\np\.s=type\n/);
		expect(apply("^p.s='99'\n")).toMatch(/^p\.@type\[0\]=type\n/);
	});

	it("leaves out what fits nothing and what belongs to another package", () => {
		expect(
			applyDelta(pkg, parseDelta("-p.none\np.none.o='x'\nq.s.o='x'\np.s='two words'\n@p.no='x'\n")),
		).toBe(pkg);
	});

	it("holds an 8 KiB value", () => {
		const value = "0123456789abcde\n".repeat(512);
		const changed = applyDelta(
			pkg,
			parseDelta(renderDelta([{ command: "set", package: "p", section: "s", option: "o", value }])),
		);
		expect(parsePackage("p", exportPackage(changed)).sections[0]?.options.get("o")).toBe(value);
	});
});

describe("showPackage", () => {
	const pkg = parsePackage(
		"p",
		"config t\n\tlist l 'a b'\n\tlist l \"c'd\"\nconfig t 'n'\nconfig t\n\toption o 'x\ny'\n",
	);

	it("counts named sections in the index and quotes values", () => {
		expect(showPackage(pkg)).toBe(
			"p.@t[0]=t\np.@t[0].l='a b' 'c'\\''d'\np.n=t\np.@t[2]=t\np.@t[2].o='x\ny'\n",
		);
	});

	it("prints generated names and another delimiter when asked", () => {
		expect(showPackage(pkg, { plainNames: true, delimiter: "|" })).toMatch(
			/^p\.cfg01\w{4}=t\np\.cfg01\w{4}\.l='a b'\|'c/,
		);
	});
});
