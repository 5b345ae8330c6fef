import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ipk, ipkLimitBytes, neededBytes, packIpks } from "../../build/ipk.ts";
import { VERSION } from "../../package/polywan/src/version.ts";

let folder: string;
let ipks: Ipk[];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "polywan-package-"));
	ipks = await packIpks("x86_64", 1_700_000_000, join(folder, "ipk"));
}, 300_000);

afterAll(() => {
	rmSync(folder, { recursive: true });
});

/** Unpacks the files of all packages into one root, as opkg does. */
function install(): string {
	const root = join(folder, "root");
	mkdirSync(root);
	for (const { path } of ipks) {
		const data = execFileSync("tar", ["-xzOf", path, "./data.tar.gz"], { maxBuffer: 1 << 24 });
		execFileSync("tar", ["-xzpf", "-", "-C", root], { input: data });
	}
	return root;
}

test("the packages every router needs stay within their limit together", () => {
	expect(ipks.map(({ path }) => path.split("/").at(-1))).toEqual([
		expect.stringMatching(/^polywan-runtime_[\d.]+-r\d+_x86_64\.ipk$/),
		expect.stringMatching(/^polywan_[\d.]+-r\d+_x86_64\.ipk$/),
		expect.stringMatching(/^polywan-reports_[\d.]+-r\d+_x86_64\.ipk$/),
		expect.stringMatching(/^polywan-mwan3-compat_[\d.]+-r\d+_x86_64\.ipk$/),
	]);
	expect(neededBytes(ipks)).toBeLessThanOrEqual(ipkLimitBytes);
});

test("packing again gives the same sha256", async () => {
	const again = await packIpks("x86_64", 1_700_000_000, join(folder, "again"));
	expect(again.map(({ sha256 }) => sha256)).toEqual(ipks.map(({ sha256 }) => sha256));
});

test("what is installed runs: the packed runtime takes the packed program", () => {
	const root = install();
	const program = join(root, "usr/sbin/polywan");
	expect(readFileSync(program).subarray(0, 23).toString()).toBe("#!/usr/bin/polywan-run\n");
	const said = execFileSync(join(root, "usr/bin/polywan-run"), [program, "version"], { encoding: "utf8" });
	expect(said).toContain(VERSION);
});
