import type { TrialStatus } from "polywan-core/status";
import { RpcError, type RpcTable, type UbusSession } from "ubus-js/browser";

type Session = UbusSession<AbortSignal>;

/** A configuration in force that goes away again unless somebody confirms it. */
export interface PendingTrial {
	/** Browser time. */
	readonly endsAtMs: number;
}

export interface KnownTrial {
	readonly pending: PendingTrial | null;
	readonly last: TrialStatus["last"];
}

/** The daemon refused, in its own words. */
export class TrialRefusal extends Error {}

/** How long the new configuration is tried before the router returns to the one before by itself. */
const TRIAL_S = 60;
const CALL_MS = 3000;
/** Returning waits for everybody who has to be told. */
const RETURN_MS = 20_000;
const RETRY_MS = 1000;

/** Puts what is staged in force; the daemon returns by itself unless it is confirmed. Rejects with TrialRefusal or RpcError. */
export async function beginTrial(session: Session, configs: readonly string[]): Promise<PendingTrial> {
	const { error, remaining_s: remainingS } = await call(session, { action: "begin", timeout: TRIAL_S });
	if (error !== null) throw new TrialRefusal(error);
	const endsAtMs = Date.now() + remainingS * 1000;
	try {
		for (const config of configs) await session.call("uci", "commit", { config });
	} catch (failure) {
		await call(session, { action: "cancel" }).catch(() => {});
		throw failure;
	}
	return { endsAtMs };
}

/** True: kept. False: too late. Tries until then: the change may have cut the line for a moment. */
export async function confirmTrial(session: Session, { endsAtMs }: PendingTrial): Promise<boolean> {
	for (;;) {
		try {
			return (await call(session, { action: "confirm" }, CALL_MS)).error === null;
		} catch (error) {
			if (!(error instanceof RpcError) || Date.now() + RETRY_MS > endsAtMs) return false;
		}
		await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
	}
}

/** Returns to the configuration before, at once. */
export async function cancelTrial(session: Session): Promise<void> {
	await call(session, { action: "cancel" }, RETURN_MS);
}

/** What is on trial, whoever began it, and how the one before ended. */
export async function readTrial(session: Session): Promise<KnownTrial> {
	const { state, remaining_s: remainingS, last } = await call(session, { action: "status" });
	return { pending: state === "none" ? null : { endsAtMs: Date.now() + remainingS * 1000 }, last };
}

async function call(session: Session, args: RpcTable, timeoutMs?: number): Promise<TrialStatus> {
	const answer = await session.call("polywan", "trial", args, timeoutMs === undefined ? {} : { timeoutMs });
	return answer as unknown as TrialStatus;
}
