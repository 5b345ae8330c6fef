import type { ToolKind } from "./request.ts";

// The wire shapes of the ubus methods `tools`, `tool_start`, `tool_stop` and `tool_file`, `capture_start` and `capture_file`.

/** `done`: ended with an answer; `failed`: without; `stopped`: by somebody; `timeout`: it took too long. */
export type ToolState = "running" | "done" | "failed" | "stopped" | "timeout";

export interface ToolRun {
	readonly id: number;
	readonly kind: ToolKind;
	/** Null: it is about the router. */
	readonly uplink: string | null;
	/** The host that was asked, or the filter of a capture; may be empty. */
	readonly subject: string;
	readonly state: ToolState;
	readonly started_at_ms: number;
	/** 0 while it runs. */
	readonly ended_at_ms: number;
	/** What it said after `since`. Of much only the end is kept. */
	readonly lines: readonly string[];
	/** Size of the file that can be fetched; 0: there is none. */
	readonly file_bytes: number;
}

/** What `tools {since, hold}` answers when `sequence` is another than `since`, or after `hold` seconds. */
export interface ToolNews {
	readonly sequence: number;
	readonly now_ms: number;
	/** All that are known, the oldest first. */
	readonly runs: readonly ToolRun[];
	/** What to install before packets can be captured; empty: it is there. */
	readonly capture_package: string;
}

/** What `tool_start {kind, uplink, host, family, type}` and `capture_start {uplink, filter, bytes, seconds, family}` answer. */
export interface ToolStart {
	/** 0: it was not started. */
	readonly id: number;
	/** Why not, in words a user understands; empty otherwise. */
	readonly error: string;
}

/** What `tool_file {id, part}` and, for captures, `capture_file {id, part}` answer; parts count from 0. */
export interface ToolFilePart {
	/** Base64. */
	readonly data: string;
	readonly parts: number;
}
