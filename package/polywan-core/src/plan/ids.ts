import type { Model } from "../config/model.ts";
import type { Problem } from "../config/problem.ts";

/** Numbers the kernel knows uplinks and policies by. Kept in a file, so that they outlive the daemon. */
export interface KernelIds {
	readonly uplinks: Readonly<Record<string, number>>;
	readonly policies: Readonly<Record<string, number>>;
}

export const NO_IDS: KernelIds = { uplinks: {}, policies: {} };

/** Most uplinks there can be, however wide the mask: the space of tables and of ip rule priorities is laid out for it. */
export const MAX_UPLINKS = 251;

const MAX_POLICIES = 9999;
/** The highest values of the mask stand for blackhole, unreachable, default and "not tracked". */
const RESERVED_MARKS = 4;

/** Ids of everything in the model: those given before stay, also for names that are gone, as long as there is room. */
export function allocateKernelIds(
	model: Model,
	previous: KernelIds,
): { ids: KernelIds; problems: readonly Problem[] } {
	const uplinkNames = model.uplinks.map((uplink) => uplink.name);
	const uplinks = allocateIds(uplinkNames, previous.uplinks, uplinkRoom(model.globals.markMask));
	const policyNames = model.policies.map((policy) => policy.name);
	const policies = allocateIds(policyNames, previous.policies, MAX_POLICIES);
	return {
		ids: { uplinks: uplinks.ids, policies: policies.ids },
		problems: [...uplinks.problems, ...policies.problems],
	};
}

/** How many uplinks a mark mask has room for. */
export function uplinkRoom(markMask: number): number {
	return Math.min(MAX_UPLINKS, highestMark(markMask) - RESERVED_MARKS);
}

/** The mask's bits moved to the right: 255 for 0xff000000. */
export function highestMark(markMask: number): number {
	return markMask / lowestBit(markMask);
}

/** What a mark is multiplied with to lie in the mask. */
export function lowestBit(markMask: number): number {
	return (markMask & -markMask) >>> 0;
}

/** Ids from 1 to `room`. A name without room has none, and a problem. */
export function allocateIds(
	names: readonly string[],
	previous: Readonly<Record<string, number>>,
	room: number,
): { ids: Record<string, number>; problems: readonly Problem[] } {
	const ids = new Map<string, number>();
	const taken = new Set<number>();
	const keep = (name: string): void => {
		const id = Object.hasOwn(previous, name) ? previous[name] : undefined;
		if (id === undefined || !Number.isInteger(id) || id < 1 || id > room || taken.has(id)) return;
		ids.set(name, id);
		taken.add(id);
	};
	for (const name of names) keep(name);
	const wanted = new Set(names);
	const gone = Object.keys(previous).filter((name) => !wanted.has(name));
	for (const name of gone) keep(name);
	const problems: Problem[] = [];
	let next = 1;
	for (const name of names) {
		if (ids.has(name)) continue;
		while (taken.has(next)) next++;
		const id = next <= room ? next : takeFromGone(gone, ids);
		if (id === null) problems.push(noRoom(name, room));
		else {
			ids.set(name, id);
			taken.add(id);
		}
	}
	return { ids: Object.fromEntries(ids), problems };
}

function takeFromGone(gone: string[], ids: Map<string, number>): number | null {
	for (let name = gone.shift(); name !== undefined; name = gone.shift()) {
		const id = ids.get(name);
		if (id === undefined) continue;
		ids.delete(name);
		return id;
	}
	return null;
}

function noRoom(section: string, room: number): Problem {
	const message = `there is room for ${room} only (option mark_mask of globals sets it for uplinks); it is left out`;
	return { config: "polywan", section, option: null, value: null, message, severity: "error" };
}
