import { computed, signal } from "@preact/signals";
import type { Problem } from "polywan-core/config/problem";
import type { UbusSession } from "ubus-js/browser";
import type { ConfigPackage } from "./config.ts";
import {
	applyDifferences,
	buildDifferences,
	type Difference,
	isAbout,
	isStaged,
	withoutChanges,
} from "./differences.ts";
import { buildOperations } from "./operations.ts";

export type ConfigName = "polywan" | "polywan_reports";

/** What is known when the router is read. */
export interface ReadConfig {
	/** With what this session's rpcd has staged; null: there is no such file. */
	readonly inRouter: ConfigPackage | null;
	/** rpcd's list of what is staged. */
	readonly changes: readonly unknown[];
	/** What was in force before it was staged, where this tab remembers. */
	readonly kept: ConfigPackage | null;
	readonly onTrial: boolean;
}

/** One configuration with what is edited here. */
export class StagedConfig {
	readonly name: ConfigName;
	/** The configuration with the edits; null before it was read. */
	readonly draft = signal<ConfigPackage | null>(null);
	/** The configuration in force. */
	readonly base = signal<ConfigPackage | null>(null);
	/** Tells what is wrong with a configuration; whoever edits it brings that along. */
	readonly check = signal<(config: ConfigPackage | null) => readonly Problem[]>(() => []);
	readonly differences = computed(() =>
		this.draft.value === null || this.base.value === null
			? []
			: buildDifferences(this.base.value, this.draft.value),
	);
	/** Errors that editing brought: with them nothing is applied. */
	readonly newErrors = computed((): readonly Problem[] => {
		const known = new Set(this.check.value(this.base.value).map((problem) => JSON.stringify(problem)));
		return this.check
			.value(this.draft.value)
			.filter((problem) => problem.severity === "error" && !known.has(JSON.stringify(problem)));
	});
	/** What rpcd has for this session. */
	#inRouter: ConfigPackage | null = null;

	constructor(name: ConfigName) {
		this.name = name;
	}

	forget(): void {
		this.draft.value = null;
		this.base.value = null;
		this.#inRouter = null;
	}

	/** True: there are edits that this session's rpcd does not know. */
	take({ inRouter, changes, kept, onTrial }: ReadConfig): boolean {
		if (inRouter === null) {
			this.forget();
			return false;
		}
		const mine = this.differences.value;
		const known = this.base.value ?? kept;
		const others = this.#changedByOthers(inRouter, mine);
		this.#inRouter = inRouter;
		if (changes.length > 0) {
			const committed = others.filter((each) => !isStaged(each, changes));
			this.base.value =
				known === null ? withoutChanges(inRouter, changes) : applyDifferences(known, committed);
			if (mine.length > 0 && this.draft.value !== null)
				this.draft.value = applyDifferences(this.draft.value, others);
		}
		// What is on trial is in force at the router, but may be gone in a minute; that of others is nothing edited here.
		else if (!onTrial || mine.length === 0) this.base.value = inRouter;
		if (mine.length === 0) this.draft.value = inRouter;
		else if (changes.length === 0 && !onTrial) {
			this.#rebase(inRouter, mine, known);
			return true;
		}
		return false;
	}

	/** Stages what is not yet; true when there was something. Rejects with RpcError. */
	async send(session: UbusSession<AbortSignal>): Promise<boolean> {
		const target = this.draft.value;
		if (target === null || this.#inRouter === null) return false;
		const operations = buildOperations(this.#inRouter, target);
		if (operations.length === 0) return false;
		const config = this.name;
		await Promise.all(operations.map(({ method, args }) => session.call("uci", method, { config, ...args })));
		this.#inRouter = target;
		return true;
	}

	/** What another browser, LuCI or somebody over SSH did since the last reading; what is edited here stays as it is. */
	#changedByOthers(inRouter: ConfigPackage, mine: readonly Difference[]): Difference[] {
		if (this.#inRouter === null) return [];
		return buildDifferences(this.#inRouter, inRouter).filter(
			(theirs) => !mine.some((each) => isAbout(each, theirs)),
		);
	}

	/** Edits of a session that was lost, or that were on trial. */
	#rebase(inForce: ConfigPackage, mine: readonly Difference[], before: ConfigPackage | null): void {
		const draft = this.draft.value;
		if (draft === null || buildOperations(inForce, draft).length === 0) this.draft.value = inForce;
		else if (before === null || buildOperations(before, inForce).length > 0)
			this.draft.value = applyDifferences(inForce, mine);
	}
}
