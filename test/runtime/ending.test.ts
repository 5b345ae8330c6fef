// How programs end, and what the runtime says about files that are none.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runtimeCommand } from "../../build/bundle.ts";
import { runtimeBuildId } from "../../build/engine.ts";
import { prepareProgram, runFile, targets, whyNotHere } from "./harness.ts";

// From the other end: while this file waits for one runtime to be built, module.test.ts does for another.
describe.each(targets.toReversed())("endings of programs on %s", (target) => {
	const reason = whyNotHere(target);
	let path = "";
	const run = (...args: string[]) => runFile(target, path, { args });

	beforeAll(async () => {
		if (!reason) path = await prepareProgram(target, "ends");
	}, 300_000);

	const endings: [way: string, code: number, stdout: string, stderr: RegExp][] = [
		["return", 0, "returned\n", /^$/],
		["exit", 7, "", /^$/],
		["handled", 0, "caught\n", /^$/],
		["recursion", 0, "InternalError\n", /^$/],
		[
			"throw",
			70,
			"",
			/^polywan-run: unhandled rejection: RangeError: a deep error\n {4}at fail \(test\/runtime\/programs\/ends.ts:16\)\n {4}at fail \(test\/runtime\/programs\/ends.ts:15\)\n/,
		],
		[
			"timer",
			70,
			"",
			/^polywan-run: uncaught: RangeError: a deep error\n {4}at fail \(test\/runtime\/programs\/ends.ts:16\)\n/,
		],
		[
			"reject",
			70,
			"",
			/^polywan-run: unhandled rejection: Error: a rejection\n {4}at reject \(.*ends.ts:\d+\)\n(.*\n)*caused by: TypeError: its cause\n {4}at reject \(/,
		],
		["text", 70, "", /^polywan-run: unhandled rejection: only text\n$/],
		["system", 70, "", /SystemError: read \/nonexistent: No such file or directory \(ENOENT\)\n/],
	];

	it.for(endings)("%s", async ([way, code, stdout, stderr], { skip }) => {
		skip(reason !== null, reason ?? "");
		const finished = await run(way);
		expect(finished.stderr).toMatch(stderr);
		expect([finished.code, finished.stdout]).toEqual([code, stdout]);
	});

	it("console", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const { stdout, stderr } = await run("console");
		expect(stdout).toBe('text 1 null undefined true 5 {"a":[1,{"b":2}]} [] [function] Symbol()\n');
		expect(stderr).toMatch(
			/^Error: with stack\n {4}at console \(.*ends.ts:\d+\)\n(.*\n)*\[object Object\] \{\}\n$/,
		);
	});

	it("prints its build", ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const [command = "", ...args] = [...runtimeCommand(target), "--version"];
		expect(spawnSync(command, args, { encoding: "utf8" }).stdout).toContain(
			`build ${runtimeBuildId(target)}`,
		);
	});

	it("a program of another build is refused", async ({ skip }) => {
		skip(reason !== null, reason ?? "");
		const other = `${path}-other`;
		const bytes = readFileSync(path);
		const id = runtimeBuildId(target);
		bytes.write("0123456789abcdef", bytes.indexOf(id), "latin1");
		writeFileSync(other, bytes);
		const { code, stderr } = await runFile(target, other);
		expect(code).toBe(70);
		expect(stderr).toContain(`was compiled for build 0123456789abcdef of polywan-run, this is build ${id}`);
	});
});

describe("files that polywan-run is given", () => {
	const folder = mkdtempSync(join(tmpdir(), "polywan-ending-"));
	const file = (name: string, content: string | Uint8Array) => {
		writeFileSync(join(folder, name), content);
		return join(folder, name);
	};
	let program = "";

	beforeAll(async () => {
		program = await prepareProgram("x86_64", "ends");
	}, 300_000);
	afterAll(() => rmSync(folder, { recursive: true }));

	it("runs a plain module, with or without a first line for the kernel", async () => {
		const source = 'import { pid } from "polywan:program";\nconsole.log(typeof pid());\n';
		expect((await runFile("x86_64", file("plain.js", source))).stdout).toBe("number\n");
		expect((await runFile("x86_64", file("bang.js", `#!/usr/bin/polywan-run\n${source}`))).stdout).toBe(
			"number\n",
		);
	});

	it("says what is wrong with a module", async () => {
		const syntax = await runFile("x86_64", file("syntax.js", "let a = ;\n"));
		expect([syntax.code, syntax.stderr]).toEqual([
			70,
			expect.stringMatching(/SyntaxError.*\n.*syntax.js:1:9/),
		]);
		const missing = await runFile("x86_64", file("import.js", 'import "./other.js";\n'));
		expect([missing.code, missing.stderr]).toEqual([
			70,
			expect.stringContaining("there is no module './other.js'"),
		]);
		const native = await runFile("x86_64", file("native.js", 'import { nothing } from "polywan:loop";\n'));
		expect([native.code, native.stderr]).toEqual([70, expect.stringContaining("nothing")]);
	});

	it("refuses damaged programs at whatever place they are cut", async () => {
		const bytes = readFileSync(program);
		const header = bytes.indexOf("\n", bytes.indexOf("polywan-program")) + 1;
		for (const size of [bytes.length - 1, header + 100, header, header - 1, header - 10]) {
			const { code, stderr } = await runFile("x86_64", file("cut", bytes.subarray(0, size)));
			expect([size, code, stderr]).toEqual([
				size,
				70,
				expect.stringContaining("is damaged: install it again"),
			]);
		}
	});

	it("a program that is not there", async () => {
		const { code, stderr } = await runFile("x86_64", "/nonexistent");
		expect([code, stderr]).toEqual([
			66,
			"polywan-run: cannot read the program /nonexistent: No such file or directory\n",
		]);
	});

	it("explains its own arguments", () => {
		const [runtime = ""] = runtimeCommand("x86_64");
		const bare = spawnSync(runtime, [], { encoding: "utf8" });
		expect([bare.status, bare.stderr]).toEqual([64, expect.stringContaining("usage: polywan-run program")]);
		expect(spawnSync(runtime, ["--nonsense"]).status).toBe(64);
		expect(spawnSync(runtime, ["--help"]).status).toBe(0);
	});

	it("ends quietly when nobody reads any more", () => {
		const [runtime = ""] = runtimeCommand("x86_64");
		const script = '"$@" | head -c 100000 | wc -c; echo "${PIPESTATUS[0]}"';
		const shell = spawnSync("bash", ["-c", script, "-", runtime, program, "flood"], { encoding: "utf8" });
		expect([shell.stdout, shell.stderr]).toEqual(["100000\n141\n", ""]);
	});

	it("starts fast, small when idle, and takes 1 ms timers seriously", async () => {
		const tookMs: number[] = [];
		// The quickest of several: the others also tell what else the machine does.
		while (tookMs.length < 20 && Math.min(...tookMs) >= 200) {
			const startMs = performance.now();
			await runFile("x86_64", program, { args: ["return"] });
			tookMs.push(performance.now() - startMs);
		}
		expect(Math.min(...tookMs)).toBeLessThan(200);
		const idle = await runFile("x86_64", program, { args: ["idle"] });
		expect(Number(idle.stdout.split("\n")[0])).toBeLessThan(3000);
	});
});
