import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import { wallMs } from "polywan-runtime/clock";
import { stat } from "polywan-runtime/file";
import { PackageReader } from "uci-parser/reread";
import { readGoodConfig, writeGoodConfig } from "../daemon/state-file.ts";
import { fileProblem, readConfigIfAny, understandConfig } from "./config-model.ts";

export const CONFIG_FILE = "/etc/config/polywan";

/** A file written less than this ago may not be whole yet. */
const SETTLE_MS = 150;
/** Longest a reload waits for a file that keeps changing. */
const MOST_WAITS = 20;
/** Whoever writes slowly may have gone on after the file was read. */
const SECOND_LOOK_MS = 1000;

/** Keeps the last configuration that could be read. */
export class ConfigKeeper {
	readonly #path: string;
	readonly #onChange: () => void;
	readonly #reader = new PackageReader("polywan");
	#model: Model;
	#usable = false;
	#problem: Problem | null = null;
	/** Why the next start would have no copy of the file, should it find that broken. */
	#copyProblem: Problem | null = null;
	#text: string | null | undefined;
	#fingerprint = "";
	#secondLook: number | null = null;

	/** `onChange` is called when the file changed after it was read. */
	constructor(path: string, onChange: () => void) {
		this.#path = path;
		this.#onChange = onChange;
		this.#model = emptyModel();
	}

	get model(): Model {
		return this.#model;
	}

	/** False until a configuration could be read: nothing is known of what the user wants. */
	get usable(): boolean {
		return this.#usable;
	}

	/** Those of the model, and why the file itself cannot be read. */
	get problems(): readonly Problem[] {
		const ofFile = [this.#problem, this.#copyProblem].filter((problem) => problem !== null);
		return ofFile.length === 0 ? this.#model.problems : [...ofFile, ...this.#model.problems];
	}

	/** Reads the file as it is now; where it cannot be read the last good one stays, also one of an earlier daemon. */
	readNow(): void {
		this.#fingerprint = fingerprint(this.#path);
		this.#take();
		if (!this.#usable) this.#takeGood();
		this.#lookAgain();
	}

	/** Reads the file once nobody writes to it any more. Gives whether anything changed. */
	async readSettled(): Promise<boolean> {
		for (let waits = 0; waits < MOST_WAITS && !isSettled(this.#path); waits++) await pause(SETTLE_MS);
		const [model, problem] = [this.#model, this.#problem];
		this.readNow();
		return !isSame(problem, this.#problem) || !isSameModel(model, this.#model);
	}

	close(): void {
		if (this.#secondLook !== null) clearTimeout(this.#secondLook);
	}

	#take(): void {
		const text = this.#readText();
		if (text === undefined || (text === this.#text && this.#problem === null && this.#copyProblem === null))
			return;
		const understood = understandConfig(text, {}, this.#reader);
		this.#problem = "problem" in understood ? understood.problem : null;
		if (!("model" in understood)) return;
		this.#model = understood.model;
		this.#usable = true;
		this.#text = text;
		this.#copyProblem = text === null ? null : keepCopy(text);
	}

	#readText(): string | null | undefined {
		try {
			return readConfigIfAny(this.#path);
		} catch (error) {
			this.#problem = fileProblem(
				`cannot be read: ${error instanceof Error ? error.message : String(error)}`,
			);
			return undefined;
		}
	}

	#takeGood(): void {
		const text = readGoodConfig();
		const understood = text === null ? null : understandConfig(text, {});
		if (understood === null || !("model" in understood)) return;
		this.#model = understood.model;
		this.#usable = true;
	}

	#lookAgain(): void {
		this.close();
		this.#secondLook = setTimeout(() => {
			if (fingerprint(this.#path) !== this.#fingerprint) this.#onChange();
		}, SECOND_LOOK_MS);
	}
}

/** The copy is only missed where a later start finds the file broken: no reason not to go by the file. */
function keepCopy(text: string): Problem | null {
	try {
		writeGoodConfig(text);
		return null;
	} catch (error) {
		const message = `cannot be copied for the next start: ${error instanceof Error ? error.message : String(error)}`;
		return { ...fileProblem(message), severity: "warning" };
	}
}

/** What is in force while no configuration could ever be read. */
function emptyModel(): Model {
	const understood = understandConfig("", {});
	if (!("model" in understood)) throw new Error("an empty configuration must be readable");
	return understood.model;
}

/** Whether they mean the same: a comment, say, is no change. */
function isSameModel(one: Model, other: Model): boolean {
	const { rules, uplinks, ...rest } = one;
	const { rules: otherRules, uplinks: otherUplinks, ...otherRest } = other;
	return isSameList(rules, otherRules) && isSameList(uplinks, otherUplinks) && isSame(rest, otherRest);
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
	return one.length === other.length && one.every((item, place) => isSame(item, other[place]));
}

function isSame(one: unknown, other: unknown): boolean {
	return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function isSettled(path: string): boolean {
	const entry = stat(path);
	return entry === null || Math.abs(wallMs() - entry.mtimeMs) > SETTLE_MS;
}

function fingerprint(path: string): string {
	const entry = stat(path);
	return entry === null ? "" : [entry.inode, entry.size, entry.mtimeMs].join(" ");
}

function pause(durationMs: number): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, durationMs));
}
