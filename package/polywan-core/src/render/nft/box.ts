import { networkEnds } from "../../address.ts";

/** A value of a part of a key: a number, or a text in the order of texts. */
type Bound = string | number;

/** First and last value of a part of a key. */
type Bounds = readonly [from: Bound, to: Bound];

/** The values an element of a map with intervals stands for: first and last of each part of the key, one after the other. */
export type Box = readonly Bound[];

/** What stands at one place among others: the earlier has precedence. */
export interface PlacedBox {
	readonly box: Box;
	readonly place: number;
}

/** More comparisons than this would take longer than they save. */
const MOST_COMPARISONS = 100_000;

/** What a key of a map with intervals stands for. */
export function boxOf(key: string): Box {
	const box: Bound[] = [];
	for (const part of key.split(" . ")) {
		const [from, to] = boundsOf(part);
		box.push(from, to);
	}
	return box;
}

/** A part of a key as nft takes it: a network, an address, a port, a range of ports, or a name. */
function boundsOf(value: string): Bounds {
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
	const edge = (entry: PlacedBox, end: 0 | 1): Bound => entry.box[part + end] ?? "";
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
	const starts = boxes.map(({ box }) => box[part] ?? "");
	if (boxes.length < MOST_PLACES && starts.every((start) => typeof start === "number")) {
		// Numbers are sorted without a call for each pair of them.
		const keys = Float64Array.from(starts, (start, index) => Number(start) * MOST_PLACES + index).sort();
		return Array.from(keys, (key) => boxes[key % MOST_PLACES]).filter((entry) => entry !== undefined);
	}
	const startOf = ({ box }: PlacedBox): Bound => box[part] ?? "";
	return [...boxes].sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
}

/** Where the part of the key begins that has the most different first values: it tells most boxes apart. */
function widestSpread(boxes: readonly PlacedBox[]): number {
	const parts = boxes[0]?.box.length ?? 0;
	let best = 0;
	let most = 0;
	for (let part = 0; part < parts; part += 2) {
		const different = new Set(boxes.map(({ box }) => box[part])).size;
		if (different === boxes.length) return part;
		if (different > most) [best, most] = [part, different];
	}
	return best;
}

function overlap(a: Box, b: Box): boolean {
	for (let part = 0; part < a.length; part += 2)
		if ((a[part] ?? "") > (b[part + 1] ?? "") || (a[part + 1] ?? "") < (b[part] ?? "")) return false;
	return true;
}

function contains(outer: Box, inner: Box): boolean {
	for (let part = 0; part < outer.length; part += 2)
		if ((outer[part] ?? "") > (inner[part] ?? "") || (outer[part + 1] ?? "") < (inner[part + 1] ?? ""))
			return false;
	return true;
}
