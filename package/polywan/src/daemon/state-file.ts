import { type KernelIds, NO_IDS } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import type { CustomWeights } from "polywan-core/policy/shares";
import { exists, makeDirectory, readText, removeFile, writeFileAtomic } from "polywan-runtime/file";

/** Where the daemon keeps what the next start takes over; a tmpfs, so nothing of it outlives a reboot. */
export const STATE_DIRECTORY = "/var/run/polywan";
const STATE_FILE = `${STATE_DIRECTORY}/state.json`;
const GOOD_CONFIG_FILE = `${STATE_DIRECTORY}/config`;
/** A file of another format is not read. */
const FORMAT = 1;

export type Wanted = "auto" | "up" | "down";

/** What outlives the daemon. */
export interface SavedState {
	readonly format: typeof FORMAT;
	readonly pid: number;
	readonly sequence: number;
	/** Marks, tables and chains stay while names do. */
	readonly ids: KernelIds;
	readonly wanted: Readonly<Record<string, Wanted>>;
	/** Of policies of mode custom. */
	readonly weights: CustomWeights;
	/** Uplinks that were known to be down, as "wan 4". */
	readonly down: readonly string[];
	readonly firewall: "nftables" | "iptables" | "none";
	/** What the kernel was last given; null: nothing. */
	readonly plan: Plan | null;
}

export const EMPTY_STATE: SavedState = {
	format: FORMAT,
	pid: 0,
	sequence: 0,
	ids: NO_IDS,
	wanted: {},
	weights: {},
	down: [],
	firewall: "none",
	plan: null,
};

/** What the daemon before this one left; null when there is none or it cannot be used. */
export function readState(): SavedState | null {
	if (!exists(STATE_FILE)) return null;
	try {
		const state: Partial<SavedState> = JSON.parse(readText(STATE_FILE));
		return state.format === FORMAT ? { ...EMPTY_STATE, ...state } : null;
	} catch {
		return null;
	}
}

export function writeState(state: SavedState): void {
	makeDirectory(STATE_DIRECTORY, 0o755);
	writeFileAtomic(STATE_FILE, `${JSON.stringify(state)}\n`, 0o600);
}

export function removeState(): void {
	removeFile(STATE_FILE);
	removeFile(GOOD_CONFIG_FILE);
}

/** The text of the last configuration that could be read; null when none could. */
export function readGoodConfig(): string | null {
	return exists(GOOD_CONFIG_FILE) ? readText(GOOD_CONFIG_FILE) : null;
}

export function writeGoodConfig(text: string): void {
	makeDirectory(STATE_DIRECTORY, 0o755);
	writeFileAtomic(GOOD_CONFIG_FILE, text, 0o600);
}
