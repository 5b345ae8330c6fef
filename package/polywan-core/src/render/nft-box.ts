import { networkEnds } from "../address.ts";

/** The values an element of a map with intervals stands for: in each part of the key from one text to another, in the order of texts. */
export type Box = readonly (readonly [from: string, to: string])[];

/** What stands at one place among others: the earlier has precedence. */
export interface PlacedBox {
	readonly box: Box;
	readonly place: number;
}

/** More comparisons than this would take longer than they save. */
const MOST_COMPARISONS = 100_000;

/** A part of a key as nft takes it: a network, an address, a port, a range of ports, or a name. */
export function boundsOf(value: string): readonly [from: string, to: string] {
	if (/^[0-9]+(-[0-9]+)?$/.test(value)) {
		const [from = "", to = from] = value.split("-");
		return [from.padStart(5, "0"), to.padStart(5, "0")];
	}
	const ends = networkEnds(value);
	if (ends === null) return [value, value];
	return [String.fromCharCode(...ends[0].bytes), String.fromCharCode(...ends[1].bytes)];
}

/**
 * The places of boxes that some packet reaches: those inside an earlier one are left out. Null when two overlap in another
 * way, or when there are too many to tell: a map has no order.
 */
export function placesWithoutShadowed(boxes: readonly PlacedBox[]): ReadonlySet<number> | null {
	const part = widestSpread(boxes);
	const edge = (entry: PlacedBox, end: 0 | 1): string => entry.box[part]?.[end] ?? "";
	const sorted = [...boxes].sort((a, b) => (edge(a, 0) < edge(b, 0) ? -1 : edge(a, 0) > edge(b, 0) ? 1 : 0));
	const kept = new Set(boxes.map(({ place }) => place));
	let open: PlacedBox[] = [];
	let comparisons = 0;
	for (const entry of sorted) {
		open = open.filter((other) => edge(other, 1) >= edge(entry, 0));
		comparisons += open.length;
		if (comparisons > MOST_COMPARISONS) return null;
		for (const other of open) {
			if (!overlap(entry.box, other.box)) continue;
			const [earlier, later] = entry.place < other.place ? [entry, other] : [other, entry];
			if (!contains(earlier.box, later.box)) return null;
			kept.delete(later.place);
		}
		open.push(entry);
	}
	return kept;
}

/** The part of the key with the most different beginnings tells most boxes apart. */
function widestSpread(boxes: readonly PlacedBox[]): number {
	const parts = boxes[0]?.box.length ?? 0;
	let best = 0;
	let most = 0;
	for (let part = 0; part < parts; part++) {
		const different = new Set(boxes.map(({ box }) => box[part]?.[0])).size;
		if (different > most) [best, most] = [part, different];
	}
	return best;
}

function overlap(a: Box, b: Box): boolean {
	return a.every(([from, to], part) => from <= (b[part]?.[1] ?? "") && to >= (b[part]?.[0] ?? ""));
}

function contains(outer: Box, inner: Box): boolean {
	return outer.every(
		([from, to], part) => from <= (inner[part]?.[0] ?? "") && to >= (inner[part]?.[1] ?? ""),
	);
}
