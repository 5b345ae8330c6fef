import { FAMILIES } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { isSameShare } from "../../plan/policies.ts";
import { uplinkChain } from "./chain-name.ts";
import { shareMapName } from "./share.ts";

/** Slots of one map that change: slot → chain to go to. */
export interface ShareElements {
	readonly set: string;
	readonly elements: readonly (readonly [slot: number, chain: string])[];
}

/**
 * What another share of those policies changes in the maps of slots; null where it is more than elements, so that only
 * `renderNftChange` can do it.
 */
export function diffShareElements(
	before: Plan,
	after: Plan,
	kernelNames: readonly string[],
): readonly ShareElements[] | null {
	const changes: ShareElements[] = [];
	for (const policy of after.policies) {
		if (!kernelNames.includes(policy.kernelName)) continue;
		const old = before.policies.find(({ kernelName }) => kernelName === policy.kernelName);
		if (old === undefined) return null;
		for (const family of FAMILIES) {
			const [was, is] = [old.shares[family], policy.shares[family]];
			if (isSameShare(was, is)) continue;
			if (was.kind === "verdict" || is.kind !== was.kind || was.slots.length !== is.slots.length) return null;
			const elements = is.slots.flatMap((id, slot): [number, string][] =>
				id === was.slots[slot] ? [] : [[slot, uplinkChain(id)]],
			);
			if (elements.length > 0) changes.push({ set: shareMapName(policy.kernelName, family), elements });
		}
	}
	return changes;
}
