import type { Plan } from "../../plan/plan.ts";
import type { NftChain, NftRuleset, NftSet } from "./ruleset.ts";
import { renderElements } from "./ruleset.ts";
import { buildNftRuleset, NFT_TABLE, renderNft } from "./table.ts";

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

/** Elements of one set that differ. */
export interface ElementDifference {
	readonly set: NftSet;
	readonly removed: readonly (readonly [key: string, value: string])[];
	readonly added: readonly (readonly [key: string, value: string])[];
}

/** The same change where it is of elements alone, of at most `most`; null where it is more. Most changes of rules are. */
export function listElementDifferences(
	previous: Plan,
	next: Plan,
	most: number,
): readonly ElementDifference[] | null {
	const [before, after] = [buildNftRuleset(previous), buildNftRuleset(next)];
	const { chains, sets } = before;
	if (sets.length !== after.sets.length || chains.length !== after.chains.length) return null;
	const oldChains = byName(chains);
	if (!after.chains.every((chain) => isSameChain(oldChains.get(chain.name), chain))) return null;
	const oldSets = byName(sets);
	const differences: ElementDifference[] = [];
	let count = 0;
	for (const set of after.sets) {
		const old = oldSets.get(set.name);
		if (old === undefined || !isSameDefinition(old, set)) return null;
		const { removed, added } = compareElements(old, set);
		count += removed.length + added.length;
		if (count > most) return null;
		if (removed.length + added.length > 0) differences.push({ set, removed, added });
	}
	return differences;
}

function isSameChain(before: NftChain | undefined, after: NftChain): boolean {
	return before?.hook === after.hook && sameRules(before, after);
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

type Elements = readonly (readonly [key: string, value: string])[];

function compareElements(before: NftSet | undefined, after: NftSet): { removed: Elements; added: Elements } {
	if (before === after) return { removed: [], added: [] };
	const old = before?.elements ?? new Map<string, string>();
	return { removed: listMissing(old, after.elements), added: listMissing(after.elements, old) };
}

/** What the other has not, or has another value for. */
function listMissing(elements: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): Elements {
	const missing: (readonly [string, string])[] = [];
	elements.forEach((value, key) => {
		if (other.get(key) !== value) missing.push([key, value]);
	});
	return missing;
}

function diffElements(before: NftSet | undefined, after: NftSet): readonly string[] {
	const { removed, added } = compareElements(before, after);
	const line = (verb: string, elements: Elements): readonly string[] =>
		elements.length === 0
			? []
			: [`${verb} element ${place(after.name)} { ${renderElements(new Map(elements))} }`];
	return [...line("delete", removed), ...line("add", added)];
}
