import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { withLock } from "../../../build/lock.ts";

const folder = mkdtempSync(join(tmpdir(), "polywan-lock-"));
const path = join(folder, "lock");
afterAll(() => rmSync(folder, { recursive: true }));

it("lets one in at a time", async () => {
	const order: string[] = [];
	const job = (name: string) =>
		withLock(path, async () => {
			order.push(`${name} in`);
			await new Promise((done) => setImmediate(done));
			order.push(`${name} out`);
		});
	await Promise.all([job("a"), job("b")]);
	expect(order).toEqual(["a in", "a out", "b in", "b out"]);
	expect(existsSync(path)).toBe(false);
});

it("opens again after an error", async () => {
	await expect(withLock(path, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
	expect(await withLock(path, async () => "in")).toBe("in");
});

it("is not held by a process that died", async () => {
	writeFileSync(path, String(spawnSync("true").pid));
	expect(await withLock(path, async () => "in")).toBe("in");
});
