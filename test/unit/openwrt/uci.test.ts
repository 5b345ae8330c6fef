import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BundledProgram, type Ended } from "./bundled.ts";

// What libuci's own program (66127cd) answers to the same commands on the same files.

const NETWORK = `config interface 'lan'
	option proto 'static'
	list dns '1.1.1.1'
	list dns '9.9.9.9 x'

config interface
	option note 'two
lines'

config alias 'a'
	option interface 'lan'
`;

let program: BundledProgram;
let root: string;
beforeAll(async () => {
	program = await BundledProgram.build("test/openwrt/uci.ts");
});
afterAll(() => program.close());
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "polywan-uci-"));
	mkdirSync(join(root, "config"));
	writeConfig("network", NETWORK);
});
afterEach(() => rmSync(root, { recursive: true }));

function uci(...args: string[]): Promise<Ended> {
	return program.run(["-c", join(root, "config"), "-C", "", "-t", join(root, "delta"), ...args]);
}

async function output(...args: string[]): Promise<string> {
	const { stdout, stderr } = await uci(...args);
	return stdout + stderr;
}

function writeConfig(name: string, text: string): void {
	writeFileSync(join(root, "config", name), text);
}

function readConfig(name: string): string {
	return readFileSync(join(root, "config", name), "utf8");
}

function inputFile(text: string): string {
	const path = join(root, "input");
	writeFileSync(path, text);
	return path;
}

describe("get and show", () => {
	it.each([
		["network.lan", "interface\n"],
		["network.lan.proto", "static\n"],
		["network.@interface[0].proto", "static\n"],
		["network.@interface[-1].note", "two\nlines\n"],
		["network.@[2]", "alias\n"],
		["network.lan.dns", "1.1.1.1 '9.9.9.9 x'\n"],
		["network", ""],
	])("get %s", async (path, wanted) => {
		expect(await uci("get", path)).toEqual({ code: 0, stdout: wanted, stderr: "" });
	});

	it.each([
		["network.lan.none", "uci: Entry not found\n"],
		["network.none", "uci: Entry not found\n"],
		["none.lan", "uci: Entry not found\n"],
		["network.@interface[5]", "uci: Entry not found\n"],
		["network.@interface[x]", "uci: Invalid argument\n"],
		["network.lan.proto.x", "uci: Parse error\n"],
	])("get %s fails", async (path, message) => {
		expect(await uci("get", path)).toEqual({ code: 1, stdout: "", stderr: message });
		expect(await uci("-q", "get", path)).toEqual({ code: 1, stdout: "", stderr: "" });
	});

	it("shows a package, a section, an option", async () => {
		expect(await output("show", "network")).toBe(
			"network.lan=interface\nnetwork.lan.proto='static'\nnetwork.lan.dns='1.1.1.1' '9.9.9.9 x'\n" +
				"network.@interface[1]=interface\nnetwork.@interface[1].note='two\nlines'\n" +
				"network.a=alias\nnetwork.a.interface='lan'\n",
		);
		expect(await output("-X", "show", "network")).toContain("network.cfg026d96=interface\n");
		expect(await output("show", "network.@interface[1]")).toContain("network.cfg026d96.note='two\nlines'\n");
		expect(await output("show", "network.lan.proto")).toBe("network.lan.proto='static'\n");
		expect(await output("show")).toContain("network.a=alias\n");
	});

	it("names what is wrong with a file, and goes on with the others", async () => {
		writeConfig("broken", "config a\n\toption b 'c' d\n");
		const message = "uci: Parse error (too many arguments) at line 2, byte 16\n";
		expect(await uci("show", "broken")).toEqual({ code: 1, stdout: "", stderr: message });
		const all = await uci("export");
		expect(all).toMatchObject({ code: 0, stderr: message });
		expect(all.stdout).toContain("package network\n");
	});
});

describe("changes", () => {
	it("keeps them in the delta file until the commit, which writes libuci's form and keeps the mode", async () => {
		chmodSync(join(root, "config/network"), 0o640);
		await uci("set", "network.lan.proto=it's");
		await uci("set", "network.lan.note=a\nb");
		await uci("set", "network.new=interface");
		await uci("add_list", "network.lan.dns=8.8.8.8");
		await uci("del_list", "network.lan.dns=1.1.1.1");
		await uci("delete", "network.@interface[1]");
		await uci("rename", "network.a=b");
		await uci("reorder", "network.new=0");
		const lines =
			"network.lan.proto='it'\\''s'\nnetwork.lan.note='a\nb'\nnetwork.new='interface'\n" +
			"network.lan.dns+='8.8.8.8'\nnetwork.lan.dns-='1.1.1.1'\n-network.cfg026d96\n" +
			"network.a='b'\nnetwork.new='0'\n";
		expect(await output("changes")).toBe(lines);
		expect(readConfig("network")).toBe(NETWORK);
		expect(await uci("commit", "network")).toEqual({ code: 0, stdout: "", stderr: "" });
		expect(readConfig("network")).toBe(
			"\nconfig interface 'new'\n\nconfig interface 'lan'\n\toption proto 'it'\\''s'\n\tlist dns '9.9.9.9 x'\n" +
				"\tlist dns '8.8.8.8'\n\toption note 'a\nb'\n\nconfig alias 'b'\n\toption interface 'lan'\n\n",
		);
		expect(statSync(join(root, "config/network")).mode & 0o777).toBe(0o640);
		expect(await output("changes")).toBe("");
	});

	it("adds anonymous sections and prints their names", async () => {
		expect(await uci("add", "network", "system")).toEqual({ code: 0, stdout: "cfg04e48a\n", stderr: "" });
		expect(await output("changes")).toBe("network.cfg04e48a='system'\n");
		expect(await uci("add", "none", "system")).toEqual({
			code: 3,
			stdout: "",
			stderr: "uci: Entry not found\n",
		});
	});

	it("records nothing for what is so already, and deletes by an empty value", async () => {
		await uci("set", "network.lan.proto=static");
		await uci("set", "network.lan.none=");
		await uci("del_list", "network.lan.proto=static");
		expect(await output("changes")).toBe("");
		await uci("set", "network.lan.proto=");
		expect(await output("changes")).toBe("-network.lan.proto\n");
	});

	it.each([
		[["set", "network.none.x=1"], "uci: Invalid argument\n"],
		[["set", "network.lan.x"], "uci: Invalid argument\n"],
		[["set", "network.lan=two words"], "uci: Invalid argument\n"],
		[["set", "network.lan.x=\u0001"], "uci: Parse error\n"],
		[["delete", "network.lan.none"], "uci: Entry not found\n"],
		[["delete", "network"], "uci: Invalid argument\n"],
		[["rename", "network.none=x"], "uci: Entry not found\n"],
		[["reorder", "network.none=1"], "uci: Entry not found\n"],
	])("%j fails", async (args, message) => {
		expect(await uci(...args)).toEqual({ code: 1, stdout: "", stderr: message });
	});

	it("takes back an option, a section, everything, multi-line and long values too", async () => {
		const long = "0123456789abcde\n".repeat(512);
		await uci("set", "network.lan.proto=a\nb");
		await uci("set", `network.a.long=${long}`);
		await uci("set", "network.a.interface=wan");
		expect(await output("get", "network.a.long")).toBe(`${long}\n`);
		await uci("revert", "network.lan.proto");
		expect(await output("get", "network.lan.proto")).toBe("static\n");
		await uci("revert", "network.a.long");
		expect(await output("changes")).toBe("network.a.interface='wan'\n");
		await uci("revert", "network.a");
		expect(await output("changes")).toBe("");
	});

	it("reads -p before the own delta, and -P saves there and never commits", async () => {
		const other = join(root, "other");
		await uci("set", "network.lan.proto=own");
		await uci("-P", other, "set", "network.lan.proto=other");
		expect(await output("get", "network.lan.proto")).toBe("own\n");
		expect(await output("-P", other, "get", "network.lan.proto")).toBe("other\n");
		expect(await output("-p", other, "get", "network.lan.proto")).toBe("own\n");
		await uci("-P", other, "commit");
		expect(readConfig("network")).toBe(NETWORK);
	});
});

describe("batch, import, export", () => {
	it("runs a batch with comments, quotes and errors to its end", async () => {
		const input = inputFile(
			"# comment\nset network.lan.proto='a b' # why\n\nset network.lan.note='1\n2'\nbogus\nget network.none\n" +
				"get network.lan.note\nset a b c d e\ncommit network\nexit\nget network.lan\n",
		);
		expect(await uci("-f", input, "batch")).toEqual({
			code: 0,
			stdout: "1\n2\n",
			stderr: "Unknown command\nuci: Entry not found\nToo many arguments\n",
		});
		expect(readConfig("network")).toContain("\toption proto 'a b'\n");
	});

	it("imports packages by their names, or one under a name given", async () => {
		await uci("-f", inputFile("package one\nconfig a 'b'\npackage two\nconfig c\n\tlist d e\n"), "import");
		expect(await output("export", "one")).toBe("package one\n\nconfig a 'b'\n\n");
		expect(readConfig("two")).toBe("\nconfig c\n\tlist d 'e'\n\n");
		await uci("-f", inputFile("config x 'y'\n"), "import", "two");
		expect(readConfig("two")).toBe("\nconfig x 'y'\n\n");
		expect(await uci("-f", inputFile("config x\n"), "import")).toMatchObject({
			code: 1,
			stderr: "uci: Parse error (attempting to import a file without a package name) at line 1, byte 0\n",
		});
	});

	it("merges an import into the saved changes", async () => {
		await uci(
			"-m",
			"-f",
			inputFile("config interface 'lan'\n\toption proto 'dhcp'\n\toption x ''\n"),
			"import",
			"network",
		);
		expect(await output("changes")).toBe("network.lan.proto='dhcp'\n");
	});

	it("names anonymous sections when asked", async () => {
		expect(await output("-n", "export", "network")).toContain("config interface 'cfg026d96'\n");
		expect(await output("-N", "export", "network")).toContain("config interface\n");
	});

	it("keeps bytes that are no UTF-8", async () => {
		writeFileSync(
			join(root, "config/raw"),
			Buffer.from("config a 'b'\n\toption c '\xff\xfe\xe9'\n", "latin1"),
		);
		await uci("set", "raw.b.d=grüße");
		await uci("commit");
		const wanted = Buffer.concat([
			Buffer.from("\nconfig a 'b'\n\toption c '\xff\xfe\xe9'\n\toption d '", "latin1"),
			Buffer.from("grüße'\n\n"),
		]);
		expect(readFileSync(join(root, "config/raw"))).toEqual(wanted);
	});
});

it("prints its usage and ends with 255 for a wrong command, 0 for none", async () => {
	expect(await uci("bogus")).toMatchObject({
		code: 255,
		stdout: "",
		stderr: expect.stringMatching(/^Usage: uci /),
	});
	expect(await uci("get")).toMatchObject({ code: 255 });
	expect(await uci()).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Usage: uci /) });
});
