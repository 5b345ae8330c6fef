import type { Plan, PlanSet } from "../plan/plan.ts";

/** Which address of a packet is looked up. */
export type SetSide = "sourceSet" | "destinationSet";

/** What the kernel's sets say of one packet, and what they are. */
export interface SetFacts {
	/** `set`: the plan's name of it; null where nobody knows. */
	has(set: string, side: SetSide): boolean | null;
	/** "the addresses of netflix.com", "set 'video'" */
	describe(set: string): string;
}

/** Nothing was asked: rules that look into sets are open. */
export const UNKNOWN_SETS: SetFacts = { has: () => null, describe: (set) => `set '${set}'` };

/** `members`: keys of `setKey` that were looked up, and whether the address is in. */
export function buildSetFacts({ sets }: Pick<Plan, "sets">, members: ReadonlyMap<string, boolean>): SetFacts {
	return {
		has: (set, side) => members.get(setKey(set, side)) ?? null,
		describe: (set) => {
			const found = sets.find(({ kernelName }) => kernelName === set);
			return found === undefined ? `set '${set}'` : describeSet(found);
		},
	};
}

export function setKey(set: string, side: SetSide): string {
	return `${side} ${set}`;
}

/** Every set that a rule looks into, and for which address; each once. */
export function listSets({
	rules,
}: Pick<Plan, "rules">): readonly { readonly set: string; readonly side: SetSide }[] {
	const found = new Map<string, { readonly set: string; readonly side: SetSide }>();
	for (const { match } of rules) {
		for (const condition of match.conditions) {
			if (condition.on !== "sourceSet" && condition.on !== "destinationSet") continue;
			const entry = { set: condition.set, side: condition.on };
			found.set(setKey(entry.set, entry.side), entry);
		}
	}
	return [...found.values()];
}

const SHOWN = 3;

function describeSet(set: PlanSet): string {
	if (set.kind === "named") return `set '${set.name}'`;
	if (set.kind === "heavy") return `the pairs that had more than ${set.bytes} bytes`;
	const { domains } = set;
	const more = domains.length > SHOWN ? ` and ${domains.length - SHOWN} more names` : "";
	return `the addresses of ${domains.slice(0, SHOWN).join(", ")}${more}`;
}
