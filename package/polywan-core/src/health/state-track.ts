import type { StateChange } from "./event.ts";
import type { UplinkState } from "./state.ts";

/** The state of an uplink, since when and why. */
export class StateTrack {
	state: UplinkState = "down";
	/** Monotonic time of the last change of state. */
	sinceMs: number;
	/** Of the last change of state, in words a user understands. */
	reason = "not yet seen";
	#change: StateChange | null = null;

	constructor(nowMs: number) {
		this.sinceMs = nowMs;
	}

	/** Up or degraded: it is in use, and whether it goes on so is decided by its probes. */
	get isInUse(): boolean {
		return this.state === "up" || this.state === "degraded";
	}

	enter(to: UplinkState, reason: string, nowMs: number): void {
		const from = this.#change?.from ?? this.state;
		this.state = to;
		this.sinceMs = nowMs;
		this.reason = reason;
		this.#change = from === to ? null : { from, to, reason };
	}

	/** The change since the last call; several in one step count as one. */
	takeChange(): StateChange | null {
		const change = this.#change;
		this.#change = null;
		return change;
	}
}
