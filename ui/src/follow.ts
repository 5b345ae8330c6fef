import type { PolywanEvent, Status } from "polywan-core/status";
import { RpcError, type RpcTable, type UbusSession } from "ubus-js/browser";
import { takeSamples } from "./history.ts";
import { liveness, type Missing, takeEvents, takeStatus } from "./store.ts";

/** The daemon holds `wait` this long; uhttpd gives up after 60 s. */
const HOLD_MS = 45_000;
/** Figures such as round-trip times are not events: they are fetched this often besides. */
const FIGURES_MS = 5_000;

/** Keeps the store as the router is: at once after every event, every few seconds for the figures, never while hidden. */
export function follow(session: UbusSession<AbortSignal>): () => void {
	let figures: ReturnType<typeof setInterval> | null = null;
	let sawEvent = 0;

	const refresh = async () => {
		try {
			const [status, list] = await Promise.all([
				session.call("polywan", "status"),
				session.call("polywan", "events", { since: sawEvent, limit: 200 }),
			]);
			take(status);
			const events = parseEvents(list);
			takeEvents(events);
			sawEvent = Math.max(sawEvent, ...events.map((event) => event.sequence));
		} catch (error) {
			fail(error);
		}
	};
	const poll = session.poll("polywan", "wait", (since) => (since === null ? {} : { since }), {
		holdMs: HOLD_MS,
		sinceOf: (answer) => Number(answer.sequence ?? 0),
		onAnswer: () => void refresh(),
		onFailure: fail,
	});
	const watch = () => {
		if (document.hidden) {
			session.pause();
			if (figures !== null) clearInterval(figures);
			figures = null;
		} else {
			session.resume();
			figures ??= setInterval(() => void refresh(), FIGURES_MS);
		}
	};
	document.addEventListener("visibilitychange", watch);
	watch();
	return () => {
		document.removeEventListener("visibilitychange", watch);
		if (figures !== null) clearInterval(figures);
		poll.close();
	};
}

function take(answer: RpcTable): void {
	const status = parseStatus(answer);
	const atMs = Date.now();
	takeStatus(status, atMs);
	takeSamples(status, atMs);
}

function fail(error: unknown): void {
	if (!(error instanceof RpcError)) throw error;
	if (error.kind === "stopped" || error.kind === "request") return;
	liveness.value = { kind: "gone", what: missingOf(error) };
}

function missingOf(error: RpcError): Missing {
	if (error.kind === "session") return "session";
	if (error.kind === "missing" || error.kind === "timeout") return "daemon";
	return error.kind === "down" ? "router" : "bus";
}

/** The daemon's own answer, of the same release; only its outline is checked. */
function parseStatus(answer: RpcTable): Status {
	const { uplinks, policies, rules, problems } = answer;
	if (![uplinks, policies, rules, problems].every(Array.isArray))
		throw new RpcError("down", "ubus call polywan status: the answer is not a status");
	return answer as unknown as Status;
}

function parseEvents(answer: RpcTable): readonly PolywanEvent[] {
	const { events } = answer;
	return Array.isArray(events) ? (events as unknown as readonly PolywanEvent[]) : [];
}
