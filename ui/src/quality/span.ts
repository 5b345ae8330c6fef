/** Spans to choose from, in seconds: ten minutes, which the daemon itself remembers, to a year. */
export const SPANS_S = [600, 3600, 21_600, 86_400, 604_800, 2_592_000, 31_536_000] as const;
export const SHORTEST_S = 60;
export const LONGEST_S = 31_536_000;
/** What the daemon remembers. */
export const REMEMBERED_S = 600;

/** What of the time is looked at, by the router's clock. */
export interface Span {
	readonly lengthS: number;
	/** Null: until now, and it moves on. */
	readonly endS: number | null;
}

export interface Bounds {
	readonly fromS: number;
	readonly toS: number;
}

export const WHOLE_SPAN: Span = { lengthS: SPANS_S[0], endS: null };

export function boundsOf({ lengthS, endS }: Span, nowS: number): Bounds {
	const toS = endS ?? nowS;
	return { fromS: toS - lengthS, toS };
}

/** The span between two moments, in either order. */
export function spanBetween(oneS: number, otherS: number, nowS: number): Span {
	const lengthS = clampLength(Math.abs(otherS - oneS));
	return settle(Math.max(oneS, otherS), lengthS, nowS);
}

/** `factor` below 1 looks closer, around the middle. */
export function zoom(span: Span, factor: number, nowS: number): Span {
	const lengthS = clampLength(span.lengthS * factor);
	if (span.endS === null && factor > 1) return { lengthS, endS: null };
	const { fromS, toS } = boundsOf(span, nowS);
	return settle((fromS + toS) / 2 + lengthS / 2, lengthS, nowS);
}

/** `parts` of its length earlier (negative) or later. */
export function move(span: Span, parts: number, nowS: number): Span {
	return settle((span.endS ?? nowS) + parts * span.lengthS, span.lengthS, nowS);
}

function clampLength(lengthS: number): number {
	return Math.min(LONGEST_S, Math.max(SHORTEST_S, lengthS));
}

/** What reaches to now moves on with it. */
function settle(endS: number, lengthS: number, nowS: number): Span {
	return { lengthS, endS: endS >= nowS ? null : endS };
}
