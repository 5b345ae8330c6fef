import { networkEnds } from "../address.ts";

/** First and last value of a part of a key: numbers, or texts in the order of texts. */
type Bounds = readonly [from: string | number, to: string | number];

/** The values an element of a map with intervals stands for, in each part of the key. */
export type Box = readonly Bounds[];

/** What stands at one place among others: the earlier has precedence. */
export interface PlacedBox {
	readonly box: Box;
	readonly place: number;
}

/** More comparisons than this would take longer than they save. */
const MOST_COMPARISONS = 100_000;

/** A part of a key as nft takes it: a network, an address, a port, a range of ports, or a name. */
export function boundsOf(value: string): Bounds {
	if (value.includes(":")) return ipv6Bounds(value);
	if (value.includes(".")) return ipv4Bounds(value);
	const dash = value.indexOf("-");
	const [from, to] = dash < 0 ? [value, value] : [value.slice(0, dash), value.slice(dash + 1)];
	return from === "" || Number.isNaN(Number(from)) || Number.isNaN(Number(to))
		? [value, value]
		: [Number(from), Number(to)];
}

/** Most rules have some, and there may be thousands. */
function ipv4Bounds(value: string): Bounds {
	const slash = value.indexOf("/");
	const [a = "", b = "", c = "", d = ""] = (slash < 0 ? value : value.slice(0, slash)).split(".");
	const first = ((Number(a) * 256 + Number(b)) * 256 + Number(c)) * 256 + Number(d);
	const size = 2 ** (32 - (slash < 0 ? 32 : Number(value.slice(slash + 1))));
	return Number.isNaN(first) ? [value, value] : [first, first + size - 1];
}

function ipv6Bounds(value: string): Bounds {
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
	const edge = (entry: PlacedBox, end: 0 | 1): string | number => entry.box[part]?.[end] ?? "";
	const sorted = sortByStart(boxes, part);
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

/** Above every place. */
const MOST_PLACES = 65_536;

function sortByStart(boxes: readonly PlacedBox[], part: number): readonly PlacedBox[] {
	const starts = boxes.map(({ box }) => box[part]?.[0] ?? "");
	if (boxes.length < MOST_PLACES && starts.every((start) => typeof start === "number")) {
		// Numbers are sorted without a call for each pair of them.
		const keys = Float64Array.from(starts, (start, index) => Number(start) * MOST_PLACES + index).sort();
		return Array.from(keys, (key) => boxes[key % MOST_PLACES]).filter((entry) => entry !== undefined);
	}
	const startOf = ({ box }: PlacedBox): string | number => box[part]?.[0] ?? "";
	return [...boxes].sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
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
