import type { BackupReview, KeptBackup } from "polywan-core/backup/review";
import type { UbusSession } from "ubus-js/browser";

type Session = UbusSession<AbortSignal>;

/** What is restored: a file that was sent before, or what was there before the last restore. */
export type Source = { readonly id: string } | { readonly before: true };

/** uhttpd takes 64 kB at once, and JSON makes quotes and line ends longer. */
const PIECE_CHARACTERS = 12_000;
const TRIAL_S = 60;
/** Everybody who uses the files is told. */
const APPLY_MS = 30_000;

export async function downloadBackup(session: Session, before: boolean): Promise<string> {
	const { text } = await session.call("polywan", "backup", { before });
	return String(text);
}

/** Sends a file in pieces. */
export async function sendBackup(session: Session, text: string): Promise<Source> {
	const id = `${session.sid.slice(0, 8)}-${Date.now()}`;
	for (let at = 0; at < text.length || at === 0; at += PIECE_CHARACTERS) {
		const piece = text.slice(at, at + PIECE_CHARACTERS);
		await session.call("polywan", "restore", { action: "piece", id, text: piece });
	}
	return { id };
}

export async function checkBackup(session: Session, source: Source): Promise<BackupReview> {
	return (await session.call("polywan", "restore", {
		action: "check",
		...source,
	})) as unknown as BackupReview;
}

/** Puts it in force on trial; gives why not, in words. */
export async function applyBackup(session: Session, source: Source): Promise<string | null> {
	const args = { action: "apply", timeout: TRIAL_S, ...source };
	const { error } = await session.call("polywan", "restore", args, { timeoutMs: APPLY_MS });
	return typeof error === "string" ? error : null;
}

export async function readKept(session: Session): Promise<KeptBackup | null> {
	const { kept } = await session.call("polywan", "restore", { action: "status" });
	return (kept ?? null) as unknown as KeptBackup | null;
}

/** Gives a text to the user as a file. */
export function saveFile(name: string, text: string): void {
	const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	URL.revokeObjectURL(url);
}
