import { signal } from "@preact/signals";
import type { UbusSession } from "ubus-js/browser";

/** In sessionStorage: what this tab has staged, and what was there before. */
export const STAGED_KEY = "polywan-base";

/** Whether changes of the configuration wait to be applied: edited here, or staged in this session before. */
export const staged = signal(false);
/** How often what is staged was forgotten or may be another: whoever holds a copy reads again. */
export const stagedRound = signal(0);

/** Asks whether this session left changes staged. */
export async function findStaged(session: UbusSession<AbortSignal>): Promise<void> {
	const { changes } = await session
		.call("uci", "changes", { config: "polywan" })
		.catch(() => ({ changes: [] }));
	// What is staged for others can be read by nobody, or is asked for later: whoever edits looks closer.
	if ((Array.isArray(changes) && changes.length > 0) || sessionStorage.getItem(STAGED_KEY))
		staged.value = true;
	stagedRound.value++;
}

export function forgetStaged(): void {
	staged.value = false;
	stagedRound.value++;
}
