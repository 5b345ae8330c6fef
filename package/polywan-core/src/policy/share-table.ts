import type { WeightedId } from "./slots.ts";
import { apportion } from "./slots.ts";

/** Counts of connections are followed by whom the next few go to: fewer places change faster. */
const FEW = 16;
/** Other shares are finer. */
const USUAL = 64;
const MOST = 1024;

/** Places of a policy's table: a power of two, which stays as it is while the policy has as many members. */
export function tableSize(mode: string, members: number): number {
	let size = mode === "least_connections" ? FEW : USUAL;
	while (size < 2 * members && size < MOST) size *= 2;
	return size;
}

/**
 * Which uplink takes the connection at each place of a table. Places of each are spread evenly, and other weights change
 * few places: in the order of their reversed bits an uplink's places are side by side. `size`: a power of two.
 */
export function buildShareTable(members: readonly WeightedId[], size: number): readonly number[] {
	const present = members.slice(0, size);
	const total = present.reduce((sum, { weight }) => sum + weight, 0);
	if (total === 0) return [];
	const counts = apportion(
		present.map(({ weight }) => weight),
		total,
		size,
	);
	const owners = present.flatMap(({ id }, index) => Array.from({ length: counts[index] ?? 0 }, () => id));
	return Array.from({ length: size }, (_, place) => owners[reverseBits(place, size)] ?? owners[0] ?? 0);
}

function reverseBits(place: number, size: number): number {
	let reversed = 0;
	for (let bit = 1, mirror = size >> 1; bit < size; bit <<= 1, mirror >>= 1) {
		if ((place & bit) !== 0) reversed |= mirror;
	}
	return reversed;
}
