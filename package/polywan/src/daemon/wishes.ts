import type { CustomWeights } from "polywan-core/policy/shares";
import type { SavedState, Wanted } from "./state-file.ts";

/** What users asked for by hand: it outlives the daemon, not the router. */
export class Wishes {
	readonly #wanted: Map<string, Wanted>;
	#weights: CustomWeights;

	constructor({ wanted, weights }: Pick<SavedState, "wanted" | "weights">) {
		this.#wanted = new Map(Object.entries(wanted));
		this.#weights = weights;
	}

	/** For state.json. */
	get saved(): Pick<SavedState, "wanted" | "weights"> {
		return { wanted: Object.fromEntries(this.#wanted), weights: this.#weights };
	}

	/** Of policies of mode custom. */
	get weights(): CustomWeights {
		return this.#weights;
	}

	/** Whether an uplink is kept up or down, or left to its probes. */
	wanted(uplink: string): Wanted {
		return this.#wanted.get(uplink) ?? "auto";
	}

	/** False: it was wanted already. */
	setWanted(uplink: string, wanted: Wanted): boolean {
		if (this.wanted(uplink) === wanted) return false;
		this.#wanted.set(uplink, wanted);
		return true;
	}

	setWeights(policy: string, weights: Readonly<Record<string, number>>): void {
		this.#weights = { ...this.#weights, [policy]: { ...weights } };
	}
}
