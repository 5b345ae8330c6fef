import {
	addListItem,
	addSection,
	deleteListIndex,
	deleteListItem,
	deleteOption,
	deleteSection,
	renameOption,
	renameSection,
	reorderSection,
	setOption,
	setSection,
	UciChangeError,
} from "uci-parser/change";
import type { UciPackage } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import { lookUpSection, parsePath } from "uci-parser/path";
import { describe, expect, it } from "vitest";

const pkg = parsePackage(
	"p",
	"config a 'x'\n\toption o 1\n\tlist l 1\n\tlist l 2\n\tlist l 1\nconfig a\nconfig b 'y'\n",
);

function optionsOf(changed: UciPackage, name = "x") {
	return Object.fromEntries(changed.sections.find((section) => section.name === name)?.options ?? []);
}

describe("options and lists", () => {
	it("sets in place, appends, and deletes by an empty value", () => {
		expect(Object.keys(optionsOf(setOption(pkg, "x", "o", "2")))).toEqual(["o", "l"]);
		expect(optionsOf(setOption(pkg, "x", "n", "new"))).toEqual({ o: "1", l: ["1", "2", "1"], n: "new" });
		expect(optionsOf(setOption(pkg, "x", "o", ""))).toEqual({ l: ["1", "2", "1"] });
		expect(optionsOf(setOption(pkg, "x", "l", "s"))).toEqual({ o: "1", l: "s" });
	});

	it("returns the same package where nothing changes", () => {
		expect(setOption(pkg, "x", "o", "1")).toBe(pkg);
		expect(setOption(pkg, "x", "none", "")).toBe(pkg);
		expect(deleteListItem(pkg, "x", "l", "9")).toBe(pkg);
		expect(reorderSection(pkg, "x", 0)).toBe(pkg);
	});

	it("never changes the package it was given", () => {
		const before = structuredClone(pkg.sections.map((section) => [...section.options]));
		deleteSection(addListItem(setOption(pkg, "x", "o", "9"), "x", "l", "3"), "y");
		expect(pkg.sections.map((section) => [...section.options])).toEqual(before);
	});

	it("adds to and takes from lists", () => {
		expect(optionsOf(addListItem(pkg, "x", "o", "2")).o).toEqual(["1", "2"]);
		expect(optionsOf(addListItem(pkg, "x", "n", "2")).n).toEqual(["2"]);
		expect(optionsOf(deleteListItem(pkg, "x", "l", "1")).l).toEqual(["2"]);
		expect(optionsOf(deleteListIndex(pkg, "x", "l", 1)).l).toEqual(["1", "1"]);
		expect(deleteListIndex(pkg, "x", "l", 7)).toBe(pkg);
	});

	it("renames an option in its place", () => {
		expect(Object.keys(optionsOf(renameOption(pkg, "x", "o", "n")))).toEqual(["n", "l"]);
		expect(optionsOf(renameOption(pkg, "x", "o", "l"))).toEqual({ l: ["1", "2", "1"] });
	});

	it("says what is not there", () => {
		expect(() => deleteOption(pkg, "x", "none")).toThrow(new UciChangeError("notFound"));
		expect(() => setOption(pkg, "none", "o", "1")).toThrow(new UciChangeError("invalid"));
		expect(() => setSection(pkg, "x", "two words")).toThrow(new UciChangeError("invalid"));
	});
});

describe("sections", () => {
	it("names added sections by what was ever made, not by what is left", () => {
		const { pkg: added, name } = addSection(deleteSection(pkg, "y"), "system");
		expect(name).toBe("cfg04e48a");
		expect(added.sections.at(-1)).toMatchObject({ type: "system", name, anonymous: true });
	});

	it("changes a type in place, and a rename makes a name a written one", () => {
		expect(setSection(pkg, "x", "c").sections[0]).toMatchObject({ type: "c", name: "x" });
		const name = pkg.sections[1]?.name ?? "";
		expect(renameSection(pkg, name, "z").sections[1]).toMatchObject({ name: "z", anonymous: false });
	});

	it.each([
		[0, ["y", "x"]],
		[1, ["x", "y"]],
		[99, ["x", "y"]],
	])("reorders to %i", (position, order) => {
		const named = reorderSection(pkg, "y", position).sections.filter((section) => !section.anonymous);
		expect(named.map(({ name }) => name)).toEqual(order);
	});
});

describe("paths", () => {
	it("splits what the uci command takes", () => {
		expect(parsePath("a.b.c=d.e=f")).toEqual({ package: "a", section: "b", option: "c", value: "d.e=f" });
		expect(parsePath("a-b")).toEqual({ package: "a-b" });
		expect(parsePath("a.@b[0]=")).toEqual({ package: "a", section: "@b[0]", value: "" });
	});

	it.each(["", "a b", "a.b.c.d", "a.b.c-d", "a.b=\u0001", ".b"])("refuses %j", (text) => {
		expect(parsePath(text)).toBeNull();
	});

	it("finds sections by index, negative ones from the end, named sections counted", () => {
		expect(lookUpSection(pkg, "@a[0]")?.name).toBe("x");
		expect(lookUpSection(pkg, "@a[-1]")).toBe(pkg.sections[1]);
		expect(lookUpSection(pkg, "@[2]")?.name).toBe("y");
		expect(lookUpSection(pkg, "@a[2]")).toBeUndefined();
		for (const bad of ["@a", "@a[0", "@a[x]", "@a[0]y", "-", ""]) expect(lookUpSection(pkg, bad)).toBeNull();
	});
});
