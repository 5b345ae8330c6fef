import { exists, readText, writeFileAtomic } from "polywan-runtime/file";
import type { Position } from "./position.ts";

/** A tmpfs: monotonic times are of one boot. */
const FILE = "/var/run/polywan-reports.position";

export function loadPosition(): Position | null {
	try {
		const { sequence, startedMs } = JSON.parse(exists(FILE) ? readText(FILE) : "null") as Position;
		return Number.isFinite(sequence) && Number.isFinite(startedMs) ? { sequence, startedMs } : null;
	} catch {
		return null;
	}
}

/** Throws SystemError. */
export function savePosition(position: Position): void {
	writeFileAtomic(FILE, JSON.stringify(position), 0o600);
}
