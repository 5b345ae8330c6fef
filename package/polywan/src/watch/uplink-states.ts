import type { Model, Uplink } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import { isEligible, type UplinkState } from "polywan-core/health/state";
import type { Standing } from "polywan-core/policy/standing";
import { monotonicMs } from "polywan-runtime/clock";
import type { Wanted } from "../daemon/state-file.ts";
import type { Terms } from "../usage/terms.ts";
import { StateSince } from "./state-since.ts";
import type { Watches } from "./watches.ts";

interface UplinkInFamily {
	readonly uplink: string;
	readonly family: Family;
}

/** What counts of uplinks: what the user wants, else the terms of use, else what the probes say. */
export class UplinkStates {
	readonly #watches: Watches;
	readonly #terms: Terms;
	readonly #wanted: (uplink: string) => Wanted;
	readonly #since = new StateSince();
	#model: Model | null = null;
	#uplinks: ReadonlyMap<string, Uplink> = new Map();

	constructor(watches: Watches, terms: Terms, wanted: (uplink: string) => Wanted) {
		this.#watches = watches;
		this.#terms = terms;
		this.#wanted = wanted;
	}

	/** The uplinks as they are configured from now on. */
	setModel(model: Model): void {
		if (model === this.#model) return;
		this.#model = model;
		this.#uplinks = new Map(model.uplinks.map((uplink) => [uplink.name, uplink]));
	}

	/** The state that counts. */
	readonly effective = ({ uplink, family }: UplinkInFamily): UplinkState => {
		const watch = this.#watches.get(uplink, family);
		const wanted = this.#wanted(uplink);
		if (watch === null || wanted === "down" || this.refusal(uplink) !== null) return "down";
		if (wanted === "auto" || watch.link === null || isEligible(watch.state, true)) return watch.state;
		return "up";
	};

	/** Of all that are watched. */
	list(): readonly (UplinkInFamily & { readonly state: UplinkState })[] {
		const nowMs = monotonicMs();
		return this.#watches.states().map((entry) => {
			const state = this.effective(entry);
			const watch = this.#watches.get(entry.uplink, entry.family);
			if (watch !== null) this.#since.note(keyOf(entry), watch.state, watch.sinceMs, state, nowMs);
			return { ...entry, state };
		});
	}

	/** Since when the state that counts is as it is; `probedSinceMs`: that of the probes. Monotonic clock. */
	sinceMs(entry: UplinkInFamily, probedSinceMs: number): number {
		return this.#since.sinceMs(keyOf(entry), this.effective(entry), probedSinceMs);
	}

	/** Why the terms of use forbid it, where the user leaves it to them; null: they do not. */
	refusal(uplink: string): string | null {
		return this.#wanted(uplink) === "auto" ? this.#terms.refusal(uplink) : null;
	}

	/** Whether new connections may go there. */
	readonly isUsable = (uplink: string, family: Family): boolean =>
		isEligible(this.effective({ uplink, family }), this.#uplinks.get(uplink)?.useDegraded ?? true);

	/** Whether it is only used last, or less. */
	readonly standing = (uplink: string, family: Family): Standing => {
		if (this.#terms.isDemoted(uplink)) return "demoted";
		const when = this.#uplinks.get(uplink)?.whenDegraded ?? "keep";
		if (when === "keep" || this.#watches.get(uplink, family)?.state !== "degraded") return "normal";
		return when === "demote" ? "demoted" : "deweighted";
	};
}

function keyOf({ uplink, family }: UplinkInFamily): string {
	return `${uplink} ${family}`;
}
