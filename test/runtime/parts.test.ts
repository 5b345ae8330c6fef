// Programs of several parts: what is imported on demand is read from the program's file only then.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { prepareProgram, runFile, targets, whyNotHere } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "polywan-parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Part {
	readonly name: string;
	/** Of its bytecode in the file. */
	readonly offset: number;
	readonly codeBytes: number;
}

/** The index of a program file, as package/runtime/c/program.c describes it. */
function readIndex(file: Buffer): Part[] {
	const text = file.toString("latin1");
	const [, header = ""] = text.split("\n", 2);
	const [count = 0, indexBytes = 0] = header.split(" ").slice(2).map(Number);
	const start = text.indexOf(header) + header.length + 1;
	let offset = start + indexBytes;
	const lines = text.slice(start, offset).split("\n").slice(0, count);
	return lines.map((line) => {
		const [name = "", codeBytes = "", mapBytes = ""] = line.split(" ");
		const part = { name, offset, codeBytes: Number(codeBytes) };
		offset += Number(codeBytes) + Number(mapBytes);
		return part;
	});
}

describe.each(targets)("parts of a program on %s", (target) => {
	const reason = whyNotHere(target);
	let path = "";
	const run = (file: string, ...args: string[]) => runFile(target, file, { args });

	beforeAll(async () => {
		if (!reason) path = await prepareProgram(target, "parts");
	}, 300_000);

	it("a part is there when it is imported, once, and shares what the start has", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const { code, stdout, stderr } = await run(path, "part");
		expect([code, stdout, stderr]).toEqual([0, "value late true true\n", ""]);
	});

	it("an error in a part shows the lines of its source", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const { code, stderr } = await run(path, "throw");
		expect(code).toBe(70);
		expect(stderr).toMatch(
			/^polywan-run: unhandled rejection: RangeError: an error of the part\n {4}at \w+ \(test\/runtime\/programs\/parts\/late.ts:12\)\n {4}at \w+ \(test\/runtime\/programs\/parts\/late.ts:16\)\n {4}at throw \(test\/runtime\/programs\/parts.ts:11\)\n/,
		);
	});

	it("an error keeps its lines while others are made", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const { stderr } = await run(path, "keep");
		expect(stderr).toMatch(/Error: of the start\n {4}at keep \(test\/runtime\/programs\/parts.ts:17\)/);
		expect(stderr).toMatch(/RangeError: .*\n {4}at \w+ \(test\/runtime\/programs\/parts\/late.ts:12\)/);
	});

	it("a part that is damaged says so when it is wanted, and not before", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const bytes = readFileSync(path);
		const part = readIndex(bytes).find(({ name }) => name.startsWith("late"));
		expect(part).toBeDefined();
		const damaged = join(folder, `${target}-damaged`);
		const at = (part?.offset ?? 0) + Math.floor((part?.codeBytes ?? 0) / 2);
		bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
		writeFileSync(damaged, bytes);
		expect((await run(damaged, "start")).stdout).toBe("value start\n");
		expect((await run(damaged, "caught")).stdout).toBe(
			`SyntaxError: ${damaged} is damaged: install it again\n`,
		);
		const { code, stderr } = await run(damaged, "part");
		expect([code, stderr]).toEqual([70, expect.stringContaining(`${damaged} is damaged: install it again`)]);
	});

	it("a program whose file is gone still has its parts and lines", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const copy = join(folder, `${target}-removed`);
		copyFileSync(path, copy);
		const { stdout, stderr } = await run(copy, "removed", copy);
		expect(stdout).toBe("value late\n");
		expect(stderr).toMatch(/at \w+ \(test\/runtime\/programs\/parts\/late.ts:12\)/);
	});
});

it("a damaged index is refused, wherever it is", async () => {
	const bytes = readFileSync(await prepareProgram("x86_64", "parts"));
	const index = bytes.indexOf("parts.js ");
	for (const at of [0, 8, 9, 10, 20].map((offset) => index + offset)) {
		for (const byte of [0, 0x0a, 0x20, 0x39]) {
			const damaged = Buffer.from(bytes);
			if (damaged[at] === byte) continue;
			damaged.writeUInt8(byte, at);
			const file = join(folder, "index");
			writeFileSync(file, damaged);
			const { code, stderr } = await runFile("x86_64", file, { args: ["part"] });
			if (code === 0) expect(at, "only the name of the start does not matter").toBe(index);
			else expect([code, stderr]).toEqual([70, expect.stringMatching(/is damaged|there is no module/)]);
		}
	}
});
