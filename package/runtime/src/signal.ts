import { listen, name, next, number } from "polywan:signal";
import { checkResult } from "./error.ts";
import { watchFdInBackground } from "./loop.ts";

/** Signals by the names of signal(7); their numbers differ between architectures. */
export type SignalName =
	| "SIGHUP"
	| "SIGINT"
	| "SIGQUIT"
	| "SIGABRT"
	| "SIGKILL"
	| "SIGUSR1"
	| "SIGUSR2"
	| "SIGPIPE"
	| "SIGALRM"
	| "SIGTERM"
	| "SIGCHLD"
	| "SIGCONT"
	| "SIGSTOP"
	| "SIGTSTP"
	| "SIGWINCH";

const handlers = new Map<number, Set<() => void>>();
let signalFd = -1;

/** The number of a signal here. Throws SystemError EINVAL for a name that is none. */
export function signalNumber(signal: string): number {
	return checkResult(number(signal), "signal", () => `look up the signal ${signal}`);
}

/** The name of a signal, as "SIG40" when it has none. */
export function signalName(signal: number): string {
	return name(signal) ?? `SIG${signal}`;
}

/**
 * Calls the handler in the loop when the signal comes, instead of what it does by default. Does not keep the program running.
 * Returns a function that stops it; the last one for a signal gives it its default action back.
 */
export function onSignal(signal: SignalName, handler: () => void): () => void {
	const wanted = signalNumber(signal);
	const listeners = handlers.get(wanted) ?? new Set();
	const listener = () => handler();
	listeners.add(listener);
	handlers.set(wanted, listeners);
	if (listeners.size === 1) updateSignals();
	return () => {
		if (!listeners.delete(listener) || listeners.size > 0) return;
		handlers.delete(wanted);
		updateSignals();
	};
}

function updateSignals(): void {
	const opened = checkResult(listen(signalFd, [...handlers.keys()]), "signalfd", () => "listen for signals");
	if (signalFd >= 0) return;
	signalFd = opened;
	watchFdInBackground(signalFd, { read: true }, dispatchSignals);
}

function dispatchSignals(): void {
	for (let signal = next(signalFd); signal > 0; signal = next(signalFd))
		for (const handler of [...(handlers.get(signal) ?? [])]) handler();
}
