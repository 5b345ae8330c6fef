import { signal } from "@preact/signals";
import type { UbusSession } from "ubus-js/browser";

/** Whether changes of the configuration wait to be applied: edited here, or staged in this session before. */
export const staged = signal(false);
/** How often what is staged was forgotten or may be another: whoever holds a copy reads again. */
export const stagedRound = signal(0);

/** Asks whether this session left changes staged. */
export async function findStaged(session: UbusSession<AbortSignal>): Promise<void> {
	const { changes } = await session
		.call("uci", "changes", { config: "polywan" })
		.catch(() => ({ changes: [] }));
	if (Array.isArray(changes) && changes.length > 0) staged.value = true;
	stagedRound.value++;
}

export function forgetStaged(): void {
	staged.value = false;
	stagedRound.value++;
}
