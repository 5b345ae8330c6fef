import type { Plan } from "../plan/plan.ts";
import { buildNftRuleset, NFT_TABLE, renderNft } from "./nft.ts";
import type { NftChain, NftRuleset, NftSet } from "./nft-ruleset.ts";
import { renderElements } from "./nft-ruleset.ts";

/**
 * The transaction that makes the table of `next` out of that of `previous`, empty when they are the same. It touches only
 * chains and elements that differ, so round robins of other policies, counters and saved resets stay. It fails as a whole
 * where the kernel does not hold `previous`; then `renderNft(next)` is right.
 */
export function renderNftChange(previous: Plan, next: Plan): string {
	const before = buildNftRuleset(previous);
	const after = buildNftRuleset(next);
	return canChange(before, after)
		? diffRulesets(before, after)
				.map((line) => `${line}\n`)
				.join("")
		: renderNft(next);
}

/** A set's type and a chain's hook cannot be changed in place. */
function canChange(before: NftRuleset, after: NftRuleset): boolean {
	const sets = byName(before.sets);
	const hooked = byName([...before.chains, ...after.chains].filter(({ hook }) => hook !== null));
	const oldHooks = new Map(
		before.chains.filter(({ name }) => hooked.has(name)).map(({ name, hook }) => [name, hook]),
	);
	return (
		after.sets.every((set) => isSameDefinition(sets.get(set.name) ?? set, set)) &&
		after.chains.every(
			({ name, hook }) => !hooked.has(name) || !oldHooks.has(name) || oldHooks.get(name) === hook,
		)
	);
}

function isSameDefinition(one: NftSet, other: NftSet): boolean {
	return one === other || one.definition.join(";") === other.definition.join(";");
}

function diffRulesets(before: NftRuleset, after: NftRuleset): readonly string[] {
	const oldSets = byName(before.sets);
	const oldChains = byName(before.chains);
	const newSets = byName(after.sets);
	const newChains = byName(after.chains);
	const gone = before.chains.filter((chain) => !newChains.has(chain.name));
	const changed = after.chains.filter((chain) => !sameRules(oldChains.get(chain.name), chain));
	return [
		// Everything that is led to exists before anything leads there: chains before sets, too, as nft 1.0 adds elements of a
		// new set with intervals together with the set …
		...after.chains.filter((chain) => !oldChains.has(chain.name)).map(addChain),
		...after.sets.filter((set) => !oldSets.has(set.name)).map(addSet),
		...[...changed.filter((chain) => oldChains.has(chain.name)), ...gone].map(
			({ name }) => `flush chain ${place(name)}`,
		),
		...after.sets.flatMap((set) => diffElements(oldSets.get(set.name), set)),
		...changed.flatMap(({ name, rules }) => rules.map((rule) => `add rule ${place(name)} ${rule}`)),
		// … and goes when nothing does any more.
		...before.sets.filter((set) => !newSets.has(set.name)).flatMap(removeSet),
		...gone.map(({ name }) => `delete chain ${place(name)}`),
	];
}

function place(name: string): string {
	return `inet ${NFT_TABLE} ${name}`;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
	return new Map(items.map((item) => [item.name, item]));
}

function sameRules(before: NftChain | undefined, after: NftChain): boolean {
	if (before === after) return true;
	return before !== undefined && before.rules.join("\n") === after.rules.join("\n");
}

function addSet(set: NftSet): string {
	return `add ${set.kind} ${place(set.name)} { ${set.definition.join("; ")}; }`;
}

function addChain(chain: NftChain): string {
	return `add chain ${place(chain.name)}${chain.hook === null ? "" : ` { ${chain.hook} }`}`;
}

function removeSet(set: NftSet): readonly string[] {
	return [`flush ${set.kind} ${place(set.name)}`, `delete ${set.kind} ${place(set.name)}`];
}

function diffElements(before: NftSet | undefined, after: NftSet): readonly string[] {
	if (before === after) return [];
	const old = before?.elements ?? new Map<string, string>();
	const removed = [...old].filter(([key, value]) => after.elements.get(key) !== value);
	const added = [...after.elements].filter(([key, value]) => old.get(key) !== value);
	const line = (verb: string, elements: readonly (readonly [string, string])[]): readonly string[] =>
		elements.length === 0
			? []
			: [`${verb} element ${place(after.name)} { ${renderElements(new Map(elements))} }`];
	return [...line("delete", removed), ...line("add", added)];
}
