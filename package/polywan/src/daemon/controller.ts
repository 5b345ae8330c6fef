import type { Problem } from "polywan-core/config/problem";
import type { PolywanEvent, Status } from "polywan-core/status";
import { diffKernel } from "../apply/kernel-diff.ts";
import type { Controller } from "../bus/polywan-object.ts";
import type { DaemonParts } from "./build-parts.ts";
import type { Wanted } from "./state-file.ts";
import type { StatusReader } from "./status-reader.ts";

/** What daemon.ts alone can do. */
export interface DaemonActions {
	/** The configuration that was read is the one that counts from now on. */
	takeConfig(): void;
	/** Keeps what the next start takes over. */
	save(): void;
}

/** What users ask of the daemon over the bus. */
export class DaemonController implements Controller {
	readonly #parts: DaemonParts;
	readonly #reader: StatusReader;
	readonly #actions: DaemonActions;

	constructor(parts: DaemonParts, reader: StatusReader, actions: DaemonActions) {
		this.#parts = parts;
		this.#reader = reader;
		this.#actions = actions;
	}

	get sequence(): number {
		return this.#parts.news.sequence;
	}

	status(): Status {
		return this.#reader.read();
	}

	events(since: number, limit: number): readonly PolywanEvent[] {
		return this.#parts.news.events(since, limit);
	}

	async reload(): Promise<readonly Problem[]> {
		const { config, decider, news, rules } = this.#parts;
		if (await config.readSettled()) {
			this.#actions.takeConfig();
			news.tell({ kind: "config", reason: renderReading(config.problems) });
			decider.soon();
		}
		if (rules.refresh()) decider.soon();
		await decider.settled();
		return this.#reader.problems();
	}

	async setWanted(uplink: string, wanted: Wanted): Promise<boolean> {
		const { config, decider, news, wishes } = this.#parts;
		if (!config.model.uplinks.some(({ name }) => name === uplink)) return false;
		if (!wishes.setWanted(uplink, wanted)) return true;
		const reason = wanted === "auto" ? "left to its probes again" : `kept ${wanted} by hand`;
		news.tell({ kind: "uplink", uplink, reason });
		decider.soon();
		await decider.settled();
		return true;
	}

	async setWeights(policy: string, weights: Readonly<Record<string, number>>): Promise<boolean> {
		const { config, decider, news, wishes } = this.#parts;
		const found = config.model.policies.find(({ name, mode }) => name === policy && mode === "custom");
		const members = found?.members.map(({ uplink }) => uplink) ?? [];
		if (found === undefined || !Object.keys(weights).every((uplink) => members.includes(uplink)))
			return false;
		wishes.setWeights(policy, weights);
		const list = Object.entries(weights).map(([uplink, weight]) => `${uplink} ${weight}`);
		const what = list.length === 0 ? "those of the configuration" : list.join(", ");
		news.tell({ kind: "shares", reason: `policy ${policy}: weights set by hand, ${what}` });
		decider.soon();
		await decider.settled();
		this.#actions.save();
		return true;
	}

	async script(): Promise<Readonly<Record<string, string>>> {
		const { applier, decider } = this.#parts;
		const { renderScripts } = await import("polywan-core/render/scripts");
		return decider.plan === null ? {} : renderScripts(decider.plan, applier.firewall);
	}

	async diff(): Promise<readonly string[]> {
		const { applier, decider } = this.#parts;
		await decider.settled();
		return decider.plan === null ? [] : diffKernel(decider.plan, applier.firewall);
	}

	config(): Readonly<Record<string, unknown>> {
		return { ...this.#parts.config.model, problems: this.#reader.problems() };
	}
}

function renderReading(problems: readonly Problem[]): string {
	const errors = problems.filter(({ severity }) => severity === "error").length;
	return errors === 0
		? "configuration read"
		: `configuration read; ${errors} ${errors === 1 ? "error" : "errors"} in it`;
}
