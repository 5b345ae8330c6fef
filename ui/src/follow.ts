import type { Figures, History } from "polywan-core/status";
import { RpcError, type RpcTable, type UbusSession } from "ubus-js/browser";
import { takeHistory, takeSamples } from "./history.ts";
import { liveness, type Missing, takeNews } from "./store.ts";

/** Two answers a minute while nothing changes; a daemon that died unseen is missed after this at the latest. */
const HOLD_S = 30;
/** While figures move there is an answer every second or so: a longer silence is worth a question. */
const SILENCE_MS = 4000;
const LOOK_MS = 1000;

type Session = UbusSession<AbortSignal>;

/** Keeps the store as the router is: at once after every event, once a second while figures move, never while hidden. */
export function follow(session: Session): () => void {
	const pulse = new Pulse();
	const poll = session.poll(
		"polywan",
		"wait",
		// After a silence everything is wanted at once, changed or not.
		(since) => ({
			figures: true,
			hold: HOLD_S,
			...(since !== null && liveness.value.kind === "live" && { since }),
		}),
		{
			holdMs: HOLD_S * 1000,
			sinceOf: (answer) => Number(answer.sequence ?? 0),
			onAnswer: (answer) => {
				pulse.beat();
				take(answer);
			},
			onFailure: fail,
		},
	);
	// Nobody tells the browser that the daemon died while it held the call.
	const ask = () => {
		session.call("polywan", "events", { limit: 0 }).then(
			() => {},
			(error: unknown) => {
				fail(error);
				restart();
			},
		);
	};
	const restart = () => {
		session.pause();
		if (!document.hidden) session.resume();
	};
	const silence = setInterval(() => {
		if (!document.hidden && liveness.value.kind === "live" && pulse.stopped(SILENCE_MS)) ask();
	}, LOOK_MS);
	const touched = () => {
		if (liveness.value.kind === "live" && pulse.silentMs() > SILENCE_MS) {
			pulse.beat();
			ask();
		}
	};
	const watch = () => (document.hidden ? session.pause() : session.resume());
	document.addEventListener("visibilitychange", watch);
	document.addEventListener("pointerdown", touched);
	watch();
	return () => {
		document.removeEventListener("visibilitychange", watch);
		document.removeEventListener("pointerdown", touched);
		clearInterval(silence);
		poll.close();
	};
}

/** Tells a stream of answers that broke off from one that was never there. */
class Pulse {
	#lastMs = Date.now();
	#intervalMs = Number.POSITIVE_INFINITY;

	beat(): void {
		this.#intervalMs = this.silentMs();
		this.#lastMs = Date.now();
	}

	silentMs(): number {
		return Date.now() - this.#lastMs;
	}

	/** True once for each silence. */
	stopped(afterMs: number): boolean {
		if (this.#intervalMs > afterMs || this.silentMs() < afterMs) return false;
		this.#intervalMs = Number.POSITIVE_INFINITY;
		return true;
	}
}

/** Brings the ten minutes before this page was opened. */
export async function readHistory(session: Session): Promise<void> {
	const answer = await session.call("polywan", "history").catch((error: unknown) => {
		fail(error);
		return null;
	});
	if (answer !== null && typeof answer.uplinks === "object")
		takeHistory(answer as unknown as History, Date.now());
}

function take(answer: RpcTable): void {
	const { status, rates, events: fresh, now_ms: routerNowMs } = parseFigures(answer);
	const atMs = Date.now();
	takeNews({ status, rates, events: fresh, routerNowMs }, atMs);
	takeSamples(status, atMs);
}

/** Shows on the page what does not answer. Anything but a failed call is a bug and goes on. */
export function fail(error: unknown): void {
	if (!(error instanceof RpcError)) throw error;
	// The session itself tells of its end, once; calls of an ended one may fail later than there is another.
	if (error.kind === "stopped" || error.kind === "request" || error.kind === "session") return;
	liveness.value = { kind: "gone", what: missingOf(error) };
}

function missingOf(error: RpcError): Missing {
	if (error.kind === "missing" || error.kind === "timeout") return "daemon";
	return error.kind === "down" ? "router" : "bus";
}

/** The daemon's own answer, of the same release; only its outline is checked. */
function parseFigures(answer: RpcTable): Figures {
	const { status, rates, events } = answer;
	if (typeof status !== "object" || typeof rates !== "object" || !Array.isArray(events))
		throw new RpcError("down", "ubus call polywan wait: the answer tells no figures");
	return answer as unknown as Figures;
}
