import { computed, effect, signal } from "@preact/signals";
import { parseModel } from "polywan-core/config/parse";
import type { Problem } from "polywan-core/config/problem";
import type { UbusSession } from "ubus-js/browser";
import { fail } from "../follow.ts";
import { staged, stagedRound } from "../staged.ts";
import { events } from "../store.ts";
import { type ConfigPackage, type ConfigSection, parseConfig } from "./config.ts";
import { applyDifferences, buildDifferences, type Difference, withoutChanges } from "./differences.ts";
import { type Netif, parseNetifs } from "./netif.ts";
import { buildOperations } from "./operations.ts";
import {
	beginTrial,
	cancelTrial,
	confirmTrial,
	type PendingTrial,
	readTrial,
	TrialRefusal,
} from "./trial.ts";

const CONFIG = "polywan";
/** Typing is staged once it rests. */
const REST_MS = 400;
const BASE_KEY = "polywan-base";

/** The configuration with what is edited here; null before it was read. */
export const draft = signal<ConfigPackage | null>(null);
/** The configuration in force. */
export const base = signal<ConfigPackage | null>(null);
export const netifs = signal<readonly Netif[]>([]);
/** Applied and not yet kept. */
export const trial = signal<PendingTrial | null>(null);
/** What the last attempt came to, until the next. */
export const outcome = signal<"kept" | "returned" | "busy" | "failed" | null>(null);

export const differences = computed(() =>
	draft.value === null || base.value === null ? [] : buildDifferences(base.value, draft.value),
);

/** What the daemon would make of the edited configuration: the same code, the same words. */
export const model = computed(() => modelOf(draft.value));

/** Errors that editing brought: with them nothing is applied. */
export const newErrors = computed((): readonly Problem[] => {
	const known = new Set(modelOf(base.value).problems.map((problem) => JSON.stringify(problem)));
	return model.value.problems.filter(
		(problem) => problem.severity === "error" && !known.has(JSON.stringify(problem)),
	);
});

function modelOf(config: ConfigPackage | null) {
	const names = netifs.value.map(({ name }) => name);
	return parseModel(config, names.length > 0 ? { netifdInterfaces: names } : {});
}

/** Keeps the edited configuration staged in UCI, as LuCI's own pages do, and puts it in force on trial. */
export class Staging {
	readonly #session: UbusSession<AbortSignal>;
	readonly #changed: () => void;
	/** What rpcd has for this session. */
	#inRouter: ConfigPackage | null = null;
	#timer: ReturnType<typeof setTimeout> | null = null;
	#sending: Promise<void> = Promise.resolve();

	constructor(session: UbusSession<AbortSignal>, changed: () => void) {
		this.#session = session;
		this.#changed = changed;
	}

	/** Follows what happens elsewhere, until the returned function is called. */
	follow(): () => void {
		let readSequence = 0;
		const stops = [
			effect(() => {
				staged.value = differences.value.length > 0 || trial.value !== null;
			}),
			effect(() => {
				void stagedRound.value;
				void this.read();
			}),
			effect(() => {
				const newest = events.value.find(({ kind }) => kind === "config" || kind === "trial")?.sequence ?? 0;
				const isNew = newest > readSequence && readSequence > 0;
				readSequence = newest;
				if (isNew) void this.read();
			}),
		];
		const ask = (event: BeforeUnloadEvent) => {
			if (!staged.value) return;
			event.preventDefault();
			// While the question stands there, what was just typed gets to the router.
			if (this.#timer !== null) void this.flush().catch(fail);
		};
		addEventListener("beforeunload", ask);
		return () => {
			for (const stop of stops) stop();
			removeEventListener("beforeunload", ask);
		};
	}

	/** Reads what is staged and what is in force; edits that were not staged, in a session that was lost say, are staged again. */
	async read(): Promise<void> {
		if (!this.#session.signedIn) {
			draft.value = null;
			base.value = null;
			return;
		}
		try {
			const [got, { changes }, dump, pending] = await Promise.all([
				this.#session.call("uci", "get", { config: CONFIG }),
				this.#session.call("uci", "changes", { config: CONFIG }),
				this.#session.call("network.interface", "dump"),
				// Whoever may only look is not told.
				readTrial(this.#session).catch(() => null),
			]);
			netifs.value = parseNetifs(dump);
			const ended = trial.value !== null && pending === null;
			trial.value = pending;
			this.#take(parseConfig(CONFIG, got.values), Array.isArray(changes) ? changes : []);
			if (ended) outcome.value = differences.value.length === 0 ? "kept" : "returned";
		} catch (error) {
			fail(error);
		}
	}

	/** Changes the draft at once and stages it when typing rests. */
	edit(change: (config: ConfigPackage) => ConfigPackage): void {
		if (draft.value === null) return;
		draft.value = change(draft.value);
		outcome.value = null;
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.flush().catch(fail), REST_MS);
	}

	/** Ends when everything edited is staged at the router. Rejects with RpcError. */
	flush(): Promise<void> {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#sending = this.#sending.catch(() => {}).then(() => this.#send());
		return this.#sending;
	}

	/** Takes back everything that is staged. */
	async revert(): Promise<void> {
		if (this.#timer !== null) clearTimeout(this.#timer);
		await this.#sending.catch(() => {});
		await this.#session.call("uci", "revert", { config: CONFIG }).catch(fail);
		draft.value = base.value;
		keepBase(this.#session.sid, null);
		await this.read();
		this.#changed();
	}

	async apply(): Promise<void> {
		outcome.value = null;
		try {
			await this.flush();
			const begun = await beginTrial(this.#session, CONFIG);
			trial.value = begun;
			// The router counts too, and tells of the end; where that was lost, a look does.
			setTimeout(() => trial.value === begun && void this.read(), begun.endsAtMs - Date.now() + 1500);
			this.#changed();
		} catch (error) {
			outcome.value = error instanceof TrialRefusal ? "busy" : "failed";
			if (!(error instanceof TrialRefusal)) fail(error);
		}
	}

	/** Stays with what is on trial. */
	async keep(): Promise<void> {
		if (trial.value !== null && (await confirmTrial(this.#session, trial.value)))
			keepBase(this.#session.sid, null);
		await this.read();
	}

	/** Gives up what is on trial. */
	async giveBack(): Promise<void> {
		await cancelTrial(this.#session).catch(fail);
		await this.read();
	}

	#take(inRouter: ConfigPackage, changes: readonly unknown[]): void {
		const mine = differences.value;
		const known = base.value ?? keptBase(this.#session.sid);
		this.#inRouter = inRouter;
		if (changes.length > 0) base.value = known ?? withoutChanges(inRouter, changes);
		// What is on trial is in force at the router, but may be gone in a minute.
		else if (trial.value === null) base.value = inRouter;
		if (mine.length === 0) draft.value = inRouter;
		else if (changes.length === 0 && trial.value === null) this.#rebase(inRouter, mine, known);
	}

	/** Edits that this session's rpcd does not know: those of a session that was lost, or that were on trial. */
	#rebase(inForce: ConfigPackage, mine: readonly Difference[], before: ConfigPackage | null): void {
		if (draft.value === null || buildOperations(inForce, draft.value).length === 0) draft.value = inForce;
		else if (before === null || buildOperations(before, inForce).length > 0)
			draft.value = applyDifferences(inForce, mine);
		void this.flush().catch(fail);
	}

	async #send(): Promise<void> {
		const target = draft.value;
		if (target === null || this.#inRouter === null || trial.value !== null) return;
		const operations = buildOperations(this.#inRouter, target);
		if (operations.length === 0) return;
		keepBase(this.#session.sid, base.value);
		await Promise.all(
			operations.map(({ method, args }) => this.#session.call("uci", method, { config: CONFIG, ...args })),
		);
		this.#inRouter = target;
		this.#changed();
	}
}

/** After a reload of the page the words for what is staged need what was in force. */
function keepBase(sid: string, config: ConfigPackage | null): void {
	if (config === null) {
		sessionStorage.removeItem(BASE_KEY);
		return;
	}
	const sections = config.sections.map((section) => ({ ...section, options: [...section.options] }));
	sessionStorage.setItem(BASE_KEY, JSON.stringify({ sid, sections }));
}

function keptBase(sid: string): ConfigPackage | null {
	const text = sessionStorage.getItem(BASE_KEY);
	if (text === null) return null;
	const kept = JSON.parse(text) as {
		sid: string;
		sections: (Omit<ConfigSection, "options"> & { options: [string, string | string[]][] })[];
	};
	if (kept.sid !== sid) return null;
	const sections = kept.sections.map((section) => ({ ...section, options: new Map(section.options) }));
	return { name: CONFIG, sections };
}

let current: { readonly session: UbusSession<AbortSignal>; readonly staging: Staging; stop(): void } | null =
	null;

/** The one staging of the session; that of a session before ends. */
export function stagingOf(session: UbusSession<AbortSignal>, changed: () => void): Staging {
	if (current?.session !== session) {
		current?.stop();
		const staging = new Staging(session, changed);
		current = { session, staging, stop: staging.follow() };
	}
	return current.staging;
}
