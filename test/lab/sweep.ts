import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What sites leave behind when their maker is killed. Namespaces end by themselves with their maker (see
 * namespaces/hold.c); this is for a holder that did not, and for the records. Only processes recorded here, with
 * the start time they had, are ever ended.
 */
const stateDirectory = "/run/polywan-lab";

interface ProcessRecord {
	pid: number;
	/** Clock ticks after boot, field 22 of /proc/<pid>/stat (proc(5)): with the pid it names one process for good. */
	startTicks: string;
}

interface StateRecord {
	maker: ProcessRecord;
	processes: ProcessRecord[];
}

export function record(name: string, pids: readonly number[]): void {
	const maker = describe(process.pid);
	if (!maker) throw new Error("cannot read /proc/self/stat; the lab needs /proc");
	const processes = pids.map(describe).filter((found) => found !== null);
	mkdirSync(stateDirectory, { recursive: true });
	writeFileSync(
		join(stateDirectory, `${name}.json`),
		JSON.stringify({ maker, processes } satisfies StateRecord),
	);
}

export function forget(name: string): void {
	rmSync(join(stateDirectory, `${name}.json`), { force: true });
}

/** Ends what sites of makers that are dead left behind. Returns the names. */
export function sweep(): string[] {
	return recordedNames().filter((name) => {
		const state = readRecord(name);
		if (state && isAlive(state.maker)) return false;
		for (const left of state?.processes ?? []) if (isAlive(left)) end(left.pid);
		forget(name);
		return true;
	});
}

/** Names of all sites whose records exist, of this and other makers. */
export function recordedNames(): string[] {
	try {
		return readdirSync(stateDirectory)
			.filter((file) => file.startsWith("pwlab") && file.endsWith(".json"))
			.map((file) => file.slice(0, -".json".length));
	} catch {
		return [];
	}
}

function readRecord(name: string): StateRecord | null {
	try {
		const state: StateRecord = JSON.parse(readFileSync(join(stateDirectory, `${name}.json`), "utf8"));
		return state.maker && Array.isArray(state.processes) ? state : null;
	} catch {
		return null;
	}
}

function describe(pid: number): ProcessRecord | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		// The name in parentheses may hold anything; fields count from the last one on.
		const startTicks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
		return startTicks ? { pid, startTicks } : null;
	} catch {
		return null;
	}
}

function isAlive(known: ProcessRecord): boolean {
	return describe(known.pid)?.startTicks === known.startTicks;
}

function end(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It ended by itself meanwhile.
	}
}
