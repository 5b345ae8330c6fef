import type { LogWriter } from "polywan/log";
import { wallMs } from "polywan-runtime/clock";

/** Something that went wrong in a part, in words without secrets. */
export interface PartTrouble {
	readonly at_ms: number;
	readonly text: string;
}

const KEPT = 5;

/** The log of one part; keeps its last troubles for whoever asks on the bus. */
export class PartLog {
	/** Newest first. */
	troubles: readonly PartTrouble[] = [];
	readonly #log: LogWriter;

	constructor(log: LogWriter) {
		this.#log = log;
	}

	readonly write: LogWriter = (level, message, fields) => {
		this.#log(level, message, fields);
		if (level !== "warning" && level !== "error") return;
		const text = typeof fields?.error === "string" ? fields.error : message;
		this.troubles = [{ at_ms: Math.round(wallMs()), text }, ...this.troubles].slice(0, KEPT);
	};
}
