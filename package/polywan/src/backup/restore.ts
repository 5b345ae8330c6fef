import type { UbusConnection } from "ubus-js/bus";
import type { Wanted } from "../daemon/state-file.ts";
import type { Trial } from "../trial/trial.ts";
import { type Backup, checkBackup, readFiles, writeFiles } from "./backup.ts";
import { keepCurrent, readBackup } from "./review.ts";

const CONFIG_FOLDER = "/etc/config/";
const ANNOUNCE_TIMEOUT_MS = 2000;

/** What taking a backup over needs of the daemon. */
export interface RestoreContext {
	readonly trial: Pick<Trial, "perform">;
	readonly bus: Pick<UbusConnection, "call">;
	readonly wanted: () => Readonly<Record<string, Wanted>>;
	readonly setWanted: (uplink: string, wanted: Wanted) => Promise<boolean>;
	readonly reload: () => Promise<unknown>;
}

/** Takes a backup over on trial: the files and wishes before come back unless it is confirmed. Gives why it does not. */
export async function restoreOnTrial(
	text: string,
	timeoutS: number,
	context: RestoreContext,
): Promise<string | null> {
	const backup = readBackup(text);
	if ("error" in backup) return backup.error;
	if (checkBackup(backup).some(({ severity }) => severity === "error")) return "its configuration has errors";
	const before = readFiles();
	const wanted = context.wanted();
	const wishes = Object.fromEntries(
		Object.keys({ ...wanted, ...backup.wanted }).map((name) => [name, wanted[name] ?? "auto"]),
	);
	const { error } = await context.trial.perform("begin", timeoutS, false, wishes);
	if (error !== null) return error;
	try {
		keepCurrent();
		writeFiles(backup.files);
	} catch (failure) {
		await context.trial.perform("cancel", 0, false);
		return failure instanceof Error ? failure.message : String(failure);
	}
	await tell(backup, before, context);
	return null;
}

/** Whoever uses the files reads them again. */
async function tell(
	{ files, wanted }: Backup,
	before: Backup["files"],
	context: RestoreContext,
): Promise<void> {
	const changed = Object.keys(files).filter((path) => files[path]?.text !== before[path]?.text);
	await context.reload();
	// Given back while it was read: the wishes before are the wishes again.
	for (const [name, wish] of Object.entries(wanted))
		if (!(await wasReturned(context))) await context.setWanted(name, wish);
	for (const path of changed.filter((each) => each.startsWith(CONFIG_FOLDER))) {
		const event = { type: "config.change", data: { package: path.slice(CONFIG_FOLDER.length) } };
		// Without procd nobody has to be told.
		await context.bus.call("service", "event", event, { timeoutMs: ANNOUNCE_TIMEOUT_MS }).catch(() => {});
	}
}

async function wasReturned({ trial }: RestoreContext): Promise<boolean> {
	const { state, last } = await trial.perform("status", 0, false);
	return state === "returning" || (state === "none" && last === "returned");
}
