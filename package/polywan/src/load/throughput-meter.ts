import { monotonicMs } from "polywan-runtime/clock";
import { readCounters } from "polywan-runtime/interface";

/** How often counters are read while something flows … */
const LOOK_MS = 500;
/** … and while nothing does. */
const IDLE_LOOK_MS = 2000;
/** Below this part of its capacity a line is idle. */
const IDLE = 0.01;
/** How much the newest reading counts. */
const NEWEST = 0.5;

/** A line whose use is measured. */
export interface Line {
	readonly uplink: string;
	readonly device: string;
	/** 0: unknown. */
	readonly downloadBitsPerSecond: number;
	readonly uploadBitsPerSecond: number;
}

interface Reading {
	readonly line: Line;
	readonly atMs: number;
	readonly rxBytes: number;
	readonly txBytes: number;
	/** Smoothed; 1 for full. */
	readonly use: number;
}

/** How full each line is: bits a second of the fuller direction ÷ its capacity. */
export class ThroughputMeter {
	readonly #onLook: () => void;
	readonly #readings = new Map<string, Reading>();
	#lines: readonly Line[] = [];
	#timer: number | null = null;

	/** `onLook`: it was measured again. */
	constructor(onLook: () => void) {
		this.#onLook = onLook;
	}

	/** Measures those from now on; none: does nothing. */
	set(lines: readonly Line[]): void {
		if (JSON.stringify(lines) === JSON.stringify(this.#lines)) return;
		this.#lines = lines;
		const kept = new Set(lines.map(({ uplink }) => uplink));
		for (const uplink of this.#readings.keys()) if (!kept.has(uplink)) this.#readings.delete(uplink);
		for (const line of lines) {
			const old = this.#readings.get(line.uplink);
			if (old?.line.device !== line.device) this.#readings.set(line.uplink, firstReading(line));
			else this.#readings.set(line.uplink, { ...old, line });
		}
		this.#schedule();
	}

	/** Null where it is not known. */
	use(uplink: string): number | null {
		const reading = this.#readings.get(uplink);
		if (reading === undefined) return null;
		const { downloadBitsPerSecond, uploadBitsPerSecond } = reading.line;
		return downloadBitsPerSecond === 0 && uploadBitsPerSecond === 0 ? null : reading.use;
	}

	close(): void {
		this.set([]);
	}

	#schedule(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		const busy = [...this.#readings.values()].some(({ use }) => use > IDLE);
		this.#timer =
			this.#lines.length === 0 ? null : setTimeout(() => this.#look(), busy ? LOOK_MS : IDLE_LOOK_MS);
	}

	#look(): void {
		for (const line of this.#lines) {
			const reading = this.#readings.get(line.uplink);
			if (reading !== undefined) this.#readings.set(line.uplink, nextReading(reading));
		}
		this.#schedule();
		this.#onLook();
	}
}

function firstReading(line: Line): Reading {
	return { line, atMs: monotonicMs(), ...readBytes(line.device), use: 0 };
}

/** After an idle time the newest reading counts alone: what was before is of no interest. */
function nextReading(before: Reading): Reading {
	const { line } = before;
	const bytes = readBytes(line.device);
	const atMs = monotonicMs();
	const seconds = Math.max(0.001, (atMs - before.atMs) / 1000);
	const part = (now: number, old: number, capacity: number): number =>
		capacity === 0 || now < old ? 0 : ((now - old) * 8) / seconds / capacity;
	const fresh = Math.max(
		part(bytes.rxBytes, before.rxBytes, line.downloadBitsPerSecond),
		part(bytes.txBytes, before.txBytes, line.uploadBitsPerSecond),
	);
	const use = before.use <= IDLE ? fresh : fresh * NEWEST + before.use * (1 - NEWEST);
	return { line, atMs, ...bytes, use };
}

function readBytes(device: string): { rxBytes: number; txBytes: number } {
	try {
		const { rxBytes, txBytes } = readCounters(device);
		return { rxBytes, txBytes };
	} catch {
		return { rxBytes: 0, txBytes: 0 };
	}
}
