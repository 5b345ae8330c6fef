import { existsSync, readFileSync } from "node:fs";
import { HELP } from "polywan-mwan3-compat/report";
import { expect, test } from "vitest";

// MWAN3.md says where each request of mwan3's users is tested: what it names must be there.

const lines = readFileSync("package/polywan-mwan3-compat/MWAN3.md", "utf8").split("\n");
const rows = lines
	.filter((line) => /^\| *\d* \|/.test(line))
	.map((line) => line.split("|").map((cell) => cell.trim()))
	.slice(1);
const proofs = rows.map((cells) => /^`(\S+)`: (.+)$/.exec(cells[4] ?? "")).flatMap((found) => found ?? []);
const numberOf = (cells: readonly string[]) => Number(cells[1]);

test("every one of the 24 is there", () => {
	const numbers = rows.filter((cells) => cells[1] !== "").map(numberOf);
	expect(numbers).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
});

test("all but one, which needs a server at the other end, are shown by a test", () => {
	expect(rows.filter((cells) => cells[4] === "–").map(numberOf)).toEqual([22]);
	expect(proofs.length / 3).toBe(rows.length - 1);
});

test.each(rows.filter((cells) => cells[4] !== "–").map((cells) => cells[4] ?? ""))("%s", (proof) => {
	const [, file = "", title = ""] = /^`(\S+)`: (.+)$/.exec(proof) ?? [];
	expect(existsSync(file)).toBe(true);
	expect(readFileSync(file, "utf8")).toContain(title);
});

test.each([
	"start",
	"stop",
	"restart",
	"ifup",
	"ifdown",
	"interfaces",
	"policies",
	"connected",
	"rules",
	"status",
	"internal",
	"use",
])("mwan3's verb %s is there", (verb) => {
	expect(HELP).toMatch(new RegExp(`^\\t${verb} `, "m"));
	expect(readFileSync("package/polywan-mwan3-compat/src/verbs.ts", "utf8")).toMatch(
		new RegExp(`^\\t${verb}: `, "m"),
	);
});
