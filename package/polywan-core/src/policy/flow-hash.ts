import type { WeightedId } from "./slots.ts";

/** Places of a hash of flows: with two equal uplinks either has half of them within some percent. */
export const HASH_SLOTS = 512;

/**
 * Whose flows fall into which place of a hash: every place is won by the uplink that draws the best lot for it, its lot
 * depending on the place and its own id alone (weighted rendezvous hashing). So an uplink that leaves loses its own places
 * and none else changes, and one that joins takes only those it wins.
 */
export function buildHashSlots(members: readonly WeightedId[], count: number): readonly number[] {
	if (members.length === 0) return [];
	return Array.from({ length: count }, (_, place) => {
		let winner = members[0]?.id ?? 0;
		let best = Number.NEGATIVE_INFINITY;
		for (const { id, weight } of members) {
			// The largest of weight / −ln(lot), lot evenly spread over (0, 1), is each one's with its weight's part.
			const value = -weight / Math.log(drawLot(place, id, count));
			if (value <= best) continue;
			best = value;
			winner = id;
		}
		return winner;
	});
}

/**
 * Above 0, below 1; the same for ever: another lot would move flows when the program is upgraded. Each id draws every one
 * of `count` lots once, in an order of its own, so that chance favours nobody. `count`: a power of two.
 */
function drawLot(place: number, id: number, count: number): number {
	const key = mix(id + 1);
	const half = Math.max(1, Math.log2(count) >> 1);
	let lot = place;
	// Steps that can be undone within the range, so that no two places give the same lot.
	for (let round = 0; round < 3; round++) {
		lot = (Math.imul(lot ^ (key >>> (round * 5)), 0x2d51 + 2 * (key & 0xff)) >>> 0) % count;
		lot ^= lot >>> half;
	}
	return (lot + (key + 0.5) / 2 ** 32) / count;
}

/** Spreads a number over 32 bits. */
function mix(value: number): number {
	let mixed = Math.imul(value, 0x9e3779b1);
	mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
	mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
	return (mixed ^ (mixed >>> 15)) >>> 0;
}
