import { spawn } from "node:child_process";
import type { BlobTable, BlobValue } from "ubus-js/codec";

/** ["config.change", ["if", ["eq", "package", "x"], ["run_script", "/etc/init.d/x", "reload"]], 1000] */
export interface Trigger {
	/** Event type; "*" at the end matches any rest. */
	type: string;
	script: BlobValue;
	/** The script runs this long after the last event that matched. */
	delayMs: number;
}

export function parseTrigger(value: BlobValue): Trigger | null {
	if (!Array.isArray(value)) return null;
	const [type, script, delayMs] = value;
	if (typeof type !== "string" || script === undefined) return null;
	return { type, script, delayMs: typeof delayMs === "number" ? delayMs : 0 };
}

/** The commands that a trigger's script runs for an event. */
export function evaluate(script: BlobValue, event: string, data: BlobTable): string[][] {
	if (!Array.isArray(script)) return [];
	const [verb, ...rest] = script;
	// A list of statements instead of one.
	if (Array.isArray(verb)) return script.flatMap((statement) => evaluate(statement, event, data));
	if (verb === "run_script") return [rest.map(String)];
	if (verb !== "if" || rest[0] === undefined) return [];
	const branch = holds(rest[0], event, data) ? rest[1] : rest[2];
	return branch === undefined ? [] : evaluate(branch, event, data);
}

function holds(condition: BlobValue, event: string, data: BlobTable): boolean {
	if (!Array.isArray(condition)) return false;
	const [verb, ...rest] = condition;
	switch (verb) {
		case "eq":
			return data[String(rest[0])] === rest[1];
		case "has":
			return data[String(rest[0])] !== undefined;
		case "not":
			return !rest.every((part) => holds(part, event, data));
		case "and":
			return rest.every((part) => holds(part, event, data));
		case "or":
			return rest.some((part) => holds(part, event, data));
		default:
			return false;
	}
}

export function matchesType(pattern: string, event: string): boolean {
	return pattern.endsWith("*") ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}

/** Runs the scripts of triggers: after their delay, one at a time, the same one never twice in a row for one burst. */
export class TriggerQueue {
	readonly #timers = new Map<string, NodeJS.Timeout>();
	readonly #waiting: string[][] = [];
	#running = false;

	schedule(argv: string[], delayMs: number): void {
		const key = JSON.stringify(argv);
		const timer = this.#timers.get(key);
		if (timer) clearTimeout(timer);
		this.#timers.set(
			key,
			setTimeout(() => {
				this.#timers.delete(key);
				this.#waiting.push(argv);
				this.#next();
			}, delayMs),
		);
	}

	#next(): void {
		const argv = this.#running ? undefined : this.#waiting.shift();
		if (!argv) return;
		const [program = "", ...args] = argv;
		this.#running = true;
		const done = (): void => {
			this.#running = false;
			this.#next();
		};
		const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
		child.once("error", (error) => {
			console.error(`procd: cannot run ${program}: ${error.message}`);
			done();
		});
		child.once("exit", done);
	}
}
