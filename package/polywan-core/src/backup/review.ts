import type { Problem } from "../config/problem.ts";
import type { SectionTable } from "../import/preview.ts";

/** What a backup would change; what the daemon's method `restore` answers. */
export interface BackupReview {
	/** Why it cannot be used, in words; null: it can. */
	readonly error: string | null;
	readonly version: string;
	readonly created_at_ms: number;
	readonly files: readonly ReviewedFile[];
	/** Its configurations by name, without the one that holds secrets. */
	readonly configs: Readonly<Record<string, readonly SectionTable[]>>;
	readonly problems: readonly Problem[];
}

export interface ReviewedFile {
	readonly path: string;
	readonly state: "same" | "changed" | "added";
}

/** What was there before the last restore, and can be brought back. */
export interface KeptBackup {
	readonly version: string;
	readonly created_at_ms: number;
}
