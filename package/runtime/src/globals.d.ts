/** What polywan-run offers beside the language. */

/** Calls back once, after at least `delayMs` milliseconds of CLOCK_MONOTONIC; timers of one time run in the order they were set. */
declare function setTimeout<Arguments extends unknown[]>(
	callback: (...args: Arguments) => void,
	delayMs?: number,
	...args: Arguments
): number;
declare function clearTimeout(id: number | undefined): void;
/** Calls back again and again; a turn that came late moves the following ones, none is made up for. */
declare function setInterval(callback: () => void, delayMs?: number): number;
declare function clearInterval(id: number | undefined): void;
declare function queueMicrotask(callback: () => void): void;

/** Lines on stdout (log, info, debug) or stderr (warn, error): objects as JSON, errors with their stack. */
declare var console: {
	log(...values: unknown[]): void;
	info(...values: unknown[]): void;
	debug(...values: unknown[]): void;
	warn(...values: unknown[]): void;
	error(...values: unknown[]): void;
};

declare class TextEncoder {
	readonly encoding: "utf-8";
	encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
	constructor(label?: "utf-8" | "utf8", options?: { fatal?: boolean; ignoreBOM?: boolean });
	readonly encoding: "utf-8";
	/** Ill-formed bytes become U+FFFD, or with `fatal` a TypeError. */
	decode(bytes?: Uint8Array | ArrayBuffer): string;
}
