// A lock between programs that build the same thing at once: a file that holds the number of the process that has it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";

const pollMs = 100;

/** Runs the action while no other process does; one that died does not count. */
export async function withLock<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
	mkdirSync(dirname(path), { recursive: true });
	while (!takeLock(path)) await setTimeout(pollMs);
	try {
		return await action();
	} finally {
		rmSync(path, { force: true });
	}
}

function takeLock(path: string): boolean {
	try {
		writeFileSync(path, String(process.pid), { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	if (!isHeld(path)) rmSync(path, { force: true });
	return false;
}

function isHeld(path: string): boolean {
	try {
		const holder = Number(readFileSync(path, "utf8"));
		if (holder > 0) process.kill(holder, 0);
		return true; // or written this very moment
	} catch {
		return false;
	}
}
