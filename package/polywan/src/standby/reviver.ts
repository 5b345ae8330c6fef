import type { Uplink } from "polywan-core/config/model";
import { exists } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";

const TIMEOUT_MS = 60_000;
const MOST_OUTPUT_BYTES = 16 * 1024;
const LONGEST_WAIT_MS = 3_600_000;

interface Patient {
	readonly timer: number;
	readonly waitMs: number;
}

/** Runs the script of uplinks that stay down. */
export class Reviver {
	readonly #tell: (uplink: string, reason: string) => void;
	readonly #patients = new Map<string, Patient>();

	constructor(tell: (uplink: string, reason: string) => void) {
		this.#tell = tell;
	}

	/** Those that should work and do not. */
	set(dead: readonly Uplink[]): void {
		const names = new Set(dead.map(({ name }) => name));
		for (const [name, { timer }] of this.#patients) {
			if (names.has(name)) continue;
			clearTimeout(timer);
			this.#patients.delete(name);
		}
		for (const uplink of dead)
			if (!this.#patients.has(uplink.name)) this.#wait(uplink, uplink.revival?.afterMs ?? 0);
	}

	close(): void {
		this.set([]);
	}

	#wait(uplink: Uplink, waitMs: number): void {
		if (uplink.revival === null) return;
		const timer = setTimeout(() => void this.#run(uplink, waitMs), waitMs);
		this.#patients.set(uplink.name, { timer, waitMs });
	}

	async #run(uplink: Uplink, waitMs: number): Promise<void> {
		const script = uplink.revival?.script ?? "";
		this.#tell(uplink.name, `still down; ${script} runs`);
		const failure = await runScript(script, [uplink.name, ...uplink.interfaces]);
		if (failure !== null) this.#tell(uplink.name, `${script} ${failure}`);
		if (this.#patients.has(uplink.name)) this.#wait(uplink, Math.min(LONGEST_WAIT_MS, waitMs * 2));
	}
}

/** What went wrong, or null. */
async function runScript(script: string, words: readonly string[]): Promise<string | null> {
	if (!exists(script)) return "is not there";
	try {
		const options = { timeoutMs: TIMEOUT_MS, maxOutputBytes: MOST_OUTPUT_BYTES };
		const { exitCode, signal, timedOut } = await spawn([script, ...words], options).done;
		if (timedOut) return `took longer than ${TIMEOUT_MS / 1000} s`;
		return exitCode === 0 ? null : `ended with ${signal ?? exitCode}`;
	} catch (error) {
		return `cannot be run: ${String(error)}`;
	}
}
