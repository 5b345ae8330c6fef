import { computed, effect, signal } from "@preact/signals";
import { parseModel } from "polywan-core/config/parse";
import { RpcError, type UbusSession } from "ubus-js/browser";
import { fail } from "../follow.ts";
import { STAGED_KEY, staged, stagedRound } from "../staged.ts";
import { events, liveness, status } from "../store.ts";
import { type ConfigPackage, type ConfigSection, parseConfig } from "./config.ts";
import { type Netif, parseNetifs } from "./netif.ts";
import { type ConfigName, StagedConfig } from "./staged-config.ts";
import { StagedSecrets } from "./staged-secrets.ts";
import {
	beginTrial,
	cancelTrial,
	confirmTrial,
	type PendingTrial,
	readTrial,
	TrialRefusal,
} from "./trial.ts";

/** Typing is staged once it rests. */
const REST_MS = 400;

type Outcome = "kept" | "keptElsewhere" | "returned" | "returnedOnly" | "busy" | "failed";

const polywan = new StagedConfig("polywan");
export const reports = new StagedConfig("polywan_reports");
export const secrets = new StagedSecrets();
const CONFIGS = [polywan, reports] as const;

/** The configuration with what is edited here; null before it was read. */
export const draft = polywan.draft;
/** The configuration in force. */
export const base = polywan.base;
/** The router cannot read the file: nothing can be edited. */
export const unreadable = signal(false);
export const netifs = signal<readonly Netif[]>([]);
/** Applied and not yet kept. */
export const trial = signal<PendingTrial | null>(null);
/** What the last attempt came to, until the next. */
export const outcome = signal<Outcome | null>(null);

export const differences = computed(() => [
	...CONFIGS.flatMap((config) => config.differences.value),
	...secrets.differences.value,
]);

/** What the daemon would make of the edited configuration: the same code, the same words. */
export const model = computed(() => modelOf(draft.value));

/** Errors that editing brought: with them nothing is applied. */
export const newErrors = computed(() => CONFIGS.flatMap((config) => config.newErrors.value));

polywan.check.value = (config) => modelOf(config).problems;

function modelOf(config: ConfigPackage | null) {
	const names = netifs.value.map(({ name }) => name);
	return parseModel(config, names.length > 0 ? { netifdInterfaces: names } : {});
}

/** Keeps the edited configuration staged in UCI, as LuCI's own pages do, and puts it in force on trial. */
export class Staging {
	readonly #session: UbusSession<AbortSignal>;
	readonly #changed: () => void;
	#timer: ReturnType<typeof setTimeout> | null = null;
	#sending: Promise<void> = Promise.resolve();
	/** What is on trial was begun, kept or given back here. */
	#isOurs = false;
	/** Of the reading begun last: answers of earlier ones are out of date. */
	#round = 0;
	/** The last reading got no answer. */
	#failed = false;
	/** From the begin of a trial until what is tried is committed: nobody can keep it, or return, before. */
	#beginning = false;

	constructor(session: UbusSession<AbortSignal>, changed: () => void) {
		this.#session = session;
		this.#changed = changed;
	}

	/** Follows what happens elsewhere, until the returned function is called. */
	follow(): () => void {
		let readSequence = sequenceOfChange();
		const stops = [
			effect(() => {
				staged.value = differences.value.length > 0 || trial.value !== null;
			}),
			effect(() => {
				void stagedRound.value;
				void this.read();
			}),
			effect(() => {
				const newest = sequenceOfChange();
				if (newest > readSequence) void this.read();
				readSequence = newest;
			}),
			effect(() => {
				if (liveness.value.kind === "live" && this.#failed) void this.read();
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
			// A session that was lost, not left, goes on with what was edited.
			if (status.peek() === null) forgetAll();
			return;
		}
		const round = ++this.#round;
		this.#failed = false;
		try {
			const [own, others, dump, known] = await Promise.all([
				this.#readConfig("polywan"),
				this.#readConfig("polywan_reports").catch(() => NOTHING),
				this.#session.call("network.interface", "dump"),
				// Whoever may only look is not told; no answer is not the end of it.
				readTrial(this.#session).catch(() => null),
			]);
			if (round !== this.#round) return;
			unreadable.value = false;
			netifs.value = parseNetifs(dump);
			const ended = trial.value !== null && known !== null && known.pending === null;
			if (ended) trial.value = null;
			else if (known !== null && known.pending !== null && !this.#beginning) this.#follow(known.pending);
			const kept = keptOf(this.#session.sid);
			const onTrial = trial.value !== null || this.#beginning;
			const isNews = [
				polywan.take({ ...own, kept: kept.polywan ?? null, onTrial }),
				reports.take({ ...others, kept: kept.polywan_reports ?? null, onTrial }),
			];
			if (isNews.includes(true)) void this.flush().catch(fail);
			if (ended) this.#tellEnd(known.last === "confirmed");
		} catch (error) {
			this.#failed = true;
			if (error instanceof RpcError && error.kind === "status") unreadable.value = true;
			else fail(error);
		}
	}

	/** Whoever had no part in it is told so. */
	#tellEnd(isKept: boolean): void {
		if (isKept) outcome.value = this.#isOurs ? "kept" : "keptElsewhere";
		else outcome.value = differences.value.length > 0 ? "returned" : "returnedOnly";
		this.#isOurs = false;
	}

	/** Changes the draft at once and stages it when typing rests. */
	edit(change: (config: ConfigPackage) => ConfigPackage, config: StagedConfig = polywan): void {
		if (config.draft.value === null) return;
		config.draft.value = change(config.draft.value);
		this.#rest();
	}

	/** Null takes the secret away, undefined leaves it as it is. */
	editSecret(section: string, option: string, value: string | null | undefined): void {
		secrets.set(section, option, value);
		outcome.value = null;
	}

	#rest(): void {
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
		await Promise.all(
			this.#stagedNames().map((config) => this.#session.call("uci", "revert", { config }).catch(fail)),
		);
		for (const config of CONFIGS) config.draft.value = config.base.value;
		this.#settled();
		await this.read();
		this.#changed();
	}

	async apply(): Promise<void> {
		outcome.value = null;
		try {
			await this.flush();
			await secrets.send(this.#session);
			this.#beginning = true;
			const begun = await beginTrial(this.#session, this.#stagedNames());
			this.#isOurs = true;
			// What was asked for before knows nothing of it.
			this.#round++;
			this.#follow(begun);
			this.#changed();
		} catch (error) {
			outcome.value = error instanceof TrialRefusal ? "busy" : "failed";
			if (!(error instanceof TrialRefusal)) fail(error);
			// It may have begun all the same, or another is on.
			void this.read();
		} finally {
			this.#beginning = false;
		}
	}

	/** Something else was put in force on trial: a backup. */
	async watchTrial(): Promise<void> {
		const { pending } = await readTrial(this.#session);
		if (pending !== null) {
			this.#follow(pending);
			this.#isOurs = true;
		}
		await this.read();
	}

	/** Stays with what is on trial. */
	async keep(): Promise<void> {
		this.#isOurs = true;
		if (trial.value !== null && (await confirmTrial(this.#session, trial.value))) this.#settled();
		await this.read();
	}

	/** Gives up what is on trial. */
	async giveBack(): Promise<void> {
		await cancelTrial(this.#session).catch(fail);
		await this.read();
	}

	#follow(begun: PendingTrial): void {
		if (trial.value === null && isEnd(outcome.value)) outcome.value = null;
		trial.value = begun;
		// The router counts too, and tells of the end; where that was lost, a look does.
		setTimeout(() => trial.value === begun && void this.read(), begun.endsAtMs - Date.now() + 1500);
	}

	/** Nothing is staged any more. */
	#settled(): void {
		secrets.forget();
		sessionStorage.removeItem(STAGED_KEY);
	}

	/** The files that edits are for; secrets before those who use them. */
	#stagedNames(): string[] {
		const edited = CONFIGS.filter((config) => config.differences.value.length > 0).map(({ name }) => name);
		const names = secrets.differences.value.length > 0 ? ["polywan_secrets", ...edited] : edited;
		return names.length > 0 ? names : ["polywan"];
	}

	async #readConfig(config: ConfigName) {
		const [{ values }, { changes }] = await Promise.all([
			this.#session.call("uci", "get", { config }),
			this.#session.call("uci", "changes", { config }),
		]);
		return { inRouter: parseConfig(config, values), changes: Array.isArray(changes) ? changes : [] };
	}

	async #send(): Promise<void> {
		if (trial.value !== null) return;
		const done: boolean[] = [];
		for (const part of CONFIGS) done.push(await part.send(this.#session));
		if (!done.includes(true)) return;
		keepStaged(this.#session.sid);
		this.#changed();
	}
}

/** Of the last event that makes reading worth while. */
function sequenceOfChange(): number {
	return events.value.find(({ kind }) => kind === "config" || kind === "trial")?.sequence ?? 0;
}

function isEnd(now: Outcome | null): boolean {
	return now !== null && now !== "busy" && now !== "failed";
}

function forgetAll(): void {
	for (const config of CONFIGS) config.forget();
	secrets.forget();
}

const NOTHING = { inRouter: null, changes: [] };

type KeptSection = Omit<ConfigSection, "options"> & { readonly options: [string, string | string[]][] };

/** After a reload of the page the words for what is staged need what was in force. */
function keepStaged(sid: string): void {
	const configs = CONFIGS.map(({ name, base: { value } }) => [
		name,
		value?.sections.map((section) => ({ ...section, options: [...section.options] })),
	]);
	sessionStorage.setItem(STAGED_KEY, JSON.stringify({ sid, configs: Object.fromEntries(configs) }));
}

function keptOf(sid: string): Partial<Record<ConfigName, ConfigPackage>> {
	const kept: { sid?: string; configs?: Record<string, readonly KeptSection[]> } = JSON.parse(
		sessionStorage.getItem(STAGED_KEY) ?? "{}",
	);
	if (kept.sid !== sid) return {};
	return Object.fromEntries(
		Object.entries(kept.configs ?? {}).map(([name, sections]) => [
			name,
			{ name, sections: sections.map((section) => ({ ...section, options: new Map(section.options) })) },
		]),
	);
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
