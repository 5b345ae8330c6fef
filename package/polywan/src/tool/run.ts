import type { ToolRun, ToolState } from "polywan-core/tool/news";
import type { ToolRequest } from "polywan-core/tool/request";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { removeFile, stat } from "polywan-runtime/file";
import { type Child, spawn } from "polywan-runtime/process";
import { programPath } from "polywan-runtime/program";
import { buildWords, longestMs } from "./command-line.ts";

const MOST_LINES = 300;
const LONGEST_LINE = 400;
const LINE_FEED = 10;

interface Line {
	readonly sequence: number;
	readonly text: string;
}

/** Something that was asked for: a process while it runs, and what it said. */
export class Run {
	readonly id: number;
	readonly request: ToolRequest;
	readonly file: string;
	readonly #startedMs = Math.round(wallMs());
	readonly #next: () => number;
	readonly #child: Child;
	#lines: Line[] = [];
	#rest: Uint8Array = new Uint8Array(0);
	#state: ToolState = "running";
	#endedMs = 0;
	#endedAtMs = Number.POSITIVE_INFINITY;
	#fileBytes = 0;

	/** `next` gives the number of the next change, and tells of it. Throws SystemError. */
	constructor(id: number, request: ToolRequest, file: string, next: () => number) {
		this.id = id;
		this.request = request;
		this.file = file;
		this.#next = next;
		this.#child = spawn([programPath, ...buildWords(request, file)], {
			output: (chunk) => this.#take(chunk),
			timeoutMs: longestMs(request),
		});
		void this.#child.done.then((end) => this.#end(end));
	}

	get isRunning(): boolean {
		return this.#state === "running";
	}

	get hasFile(): boolean {
		return this.#fileBytes > 0;
	}

	/** In ms; negative while it runs. */
	get endedForMs(): number {
		return monotonicMs() - this.#endedAtMs;
	}

	stop(): void {
		if (!this.isRunning) return;
		this.#state = "stopped";
		this.#child.kill();
	}

	/** Stops it, and takes its file away. */
	forget(): void {
		this.stop();
		this.#fileBytes = 0;
		removeFile(this.file);
	}

	/** With what it said after `since`. */
	tell(since: number): ToolRun {
		const { kind, uplink, host, filter } = this.request;
		return {
			id: this.id,
			kind,
			uplink,
			subject: host ?? filter,
			state: this.#endedMs === 0 ? "running" : this.#state,
			started_at_ms: this.#startedMs,
			ended_at_ms: this.#endedMs,
			lines: this.#lines.filter(({ sequence }) => sequence > since).map(({ text }) => text),
			file_bytes: this.#fileBytes,
		};
	}

	/** Whole lines are kept, the rest waits. */
	#take(chunk: Uint8Array): void {
		const all = new Uint8Array(this.#rest.length + chunk.length);
		all.set(this.#rest);
		all.set(chunk, this.#rest.length);
		const end = all.lastIndexOf(LINE_FEED) + 1;
		this.#rest = all.slice(end, end + LONGEST_LINE);
		if (end > 0) this.#addText(all.subarray(0, end - 1));
	}

	#addText(bytes: Uint8Array): void {
		for (const line of new TextDecoder().decode(bytes).split("\n")) this.#add(line);
	}

	#add(line: string): void {
		const text = line.replace(/\p{Cc}+/gu, " ").slice(0, LONGEST_LINE);
		this.#lines.push({ sequence: this.#next(), text });
		if (this.#lines.length > MOST_LINES) this.#lines = this.#lines.slice(-MOST_LINES);
	}

	#end({ exitCode, timedOut, stderr }: Awaited<Child["done"]>): void {
		if (this.#rest.length > 0) this.#addText(this.#rest);
		for (const line of new TextDecoder().decode(stderr).split("\n"))
			if (line !== "") this.#add(line.replace(/^polywan: /, ""));
		if (this.#state === "running") this.#state = timedOut ? "timeout" : exitCode === 0 ? "done" : "failed";
		this.#fileBytes = stat(this.file)?.size ?? 0;
		this.#endedAtMs = monotonicMs();
		this.#endedMs = Math.round(wallMs());
		this.#next();
	}
}
