import type { ToolFilePart, ToolNews, ToolStart } from "polywan-core/tool/news";
import {
	parseToolRequest,
	type ToolKind,
	type ToolRequest,
	ToolRequestError,
} from "polywan-core/tool/request";
import { wallMs } from "polywan-runtime/clock";
import { listDirectory, makeDirectory, removeFile, stat } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { programPath } from "polywan-runtime/program";
import { UbusError, ubusStatus } from "ubus-js/bus";
import { errorMessage, hasTool, packageOf } from "../apply/tool.ts";
import { Waiters } from "../bus/waiters.ts";
import { STATE_DIRECTORY } from "../daemon/state-file.ts";
import { PART_BYTES } from "./part.ts";
import { Run } from "./run.ts";

/** Files of runs: a tmpfs, for root alone. */
const TOOL_FOLDER = `${STATE_DIRECTORY}/tools`;
/** All uplinks together: a browser holds six connections, and a router has little memory. */
const MOST_RUNNING = 3;
const MOST_KEPT = 8;
/** Files take memory: after this they go. */
const KEEP_FILE_MS = 600_000;
/** Lines that come in one go are told in one go. */
const GATHER_MS = 100;
const PART_TIMEOUT_MS = 10_000;

/** What was asked for, the oldest first. */
export class ToolRuns {
	readonly #waiters = new Waiters();
	readonly #hasUplink: (name: string) => boolean;
	#runs: Run[] = [];
	// Greater than any of an earlier daemon, so that nobody takes one for the other.
	#sequence = Math.round(wallMs());
	#telling: number | null = null;
	#cleaning: number | null = null;

	constructor(hasUplink: (name: string) => boolean) {
		this.#hasUplink = hasUplink;
		makeDirectory(TOOL_FOLDER, 0o700);
		for (const name of listDirectory(TOOL_FOLDER)) removeFile(`${TOOL_FOLDER}/${name}`);
	}

	/** Answers when something is newer than `since`, or after the hold. */
	async news(since: number, holdMs: number): Promise<ToolNews> {
		if (since === this.#sequence) await this.#waiters.wait(holdMs, () => since !== this.#sequence);
		const known = since > this.#sequence ? -1 : since;
		return {
			sequence: this.#sequence,
			now_ms: Math.round(wallMs()),
			runs: this.#runs.map((run) => run.tell(known)),
			capture_package: hasTool("tcpdump") ? "" : packageOf("tcpdump"),
		};
	}

	start(args: Readonly<Record<string, unknown>>): ToolStart {
		try {
			const request = parseToolRequest(args);
			const refusal = this.#refusal(request);
			return refusal === null ? { id: this.#launch(request), error: "" } : { id: 0, error: refusal };
		} catch (error) {
			if (error instanceof ToolRequestError || (error instanceof Error && "code" in error))
				return { id: 0, error: errorMessage(error) };
			throw error;
		}
	}

	/** Ends one that runs; forgets one that ended. Throws UbusError. */
	stop(id: number): void {
		const run = this.#find(id);
		if (run.isRunning) run.stop();
		else {
			this.#forget(run);
			this.#next();
		}
	}

	/** Rejects with UbusError. */
	async filePart(id: number, part: number, isAllowed: (kind: ToolKind) => boolean): Promise<ToolFilePart> {
		const run = this.#find(id);
		if (!isAllowed(run.request.kind)) throw new UbusError(ubusStatus.permissionDenied);
		const size = run.hasFile ? (stat(run.file)?.size ?? 0) : 0;
		const parts = Math.ceil(size / PART_BYTES);
		if (!Number.isInteger(part) || part < 0 || part >= parts) throw new UbusError(ubusStatus.invalidArgument);
		// Turning bytes into text takes long: not in this process, which has lines to watch.
		const child = spawn([programPath, "__part", run.file, String(part)], { timeoutMs: PART_TIMEOUT_MS });
		const { exitCode, stdout } = await child.done;
		if (exitCode !== 0) throw new UbusError(ubusStatus.unknown);
		return { data: new TextDecoder().decode(stdout), parts };
	}

	close(): void {
		if (this.#cleaning !== null) clearTimeout(this.#cleaning);
		if (this.#telling !== null) clearTimeout(this.#telling);
		for (const run of this.#runs) run.forget();
		this.#runs = [];
		this.#waiters.answerAll();
	}

	#find(id: number): Run {
		const run = this.#runs.find((each) => each.id === id);
		if (run === undefined) throw new UbusError(ubusStatus.invalidArgument);
		return run;
	}

	/** Why it cannot be started now; null: it can. */
	#refusal({ kind, uplink }: ToolRequest): string | null {
		if (uplink !== null && !this.#hasUplink(uplink)) return `there is no uplink '${uplink}'`;
		if (kind === "capture" && !hasTool("tcpdump"))
			return `tcpdump is missing: install ${packageOf("tcpdump")}`;
		const running = this.#runs.filter((run) => run.isRunning);
		const same = running.find(({ request }) => request.uplink === uplink);
		if (same !== undefined)
			return `${same.request.kind} ${uplink === null ? "" : `over ${uplink} `}runs already; stop it first`;
		return running.length < MOST_RUNNING ? null : `${MOST_RUNNING} run already; stop one first`;
	}

	#launch(request: ToolRequest): number {
		this.#makeRoom(request);
		const id = this.#next();
		this.#runs.push(new Run(id, request, `${TOOL_FOLDER}/${id}`, () => this.#next()));
		return id;
	}

	/** One file of a kind is kept, and few runs. */
	#makeRoom({ kind }: ToolRequest): void {
		for (const run of [...this.#runs])
			if (!run.isRunning && run.request.kind === kind && run.hasFile) this.#forget(run);
		const ended = this.#runs.filter((run) => !run.isRunning);
		for (const run of ended.slice(0, Math.max(0, this.#runs.length - MOST_KEPT + 1))) this.#forget(run);
	}

	#forget(run: Run): void {
		run.forget();
		this.#runs = this.#runs.filter((each) => each !== run);
	}

	/** The number of a change, of which those who wait hear. */
	#next(): number {
		this.#telling ??= setTimeout(() => {
			this.#telling = null;
			this.#waiters.answerReady();
		}, GATHER_MS);
		this.#cleanLater();
		return ++this.#sequence;
	}

	#cleanLater(): void {
		if (this.#cleaning !== null) clearTimeout(this.#cleaning);
		this.#cleaning = setTimeout(() => {
			this.#cleaning = null;
			const old = this.#runs.filter((run) => run.hasFile && run.endedForMs >= KEEP_FILE_MS);
			for (const run of old) this.#forget(run);
			if (old.length > 0) this.#next();
		}, KEEP_FILE_MS);
	}
}
