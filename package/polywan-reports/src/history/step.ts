/** Seconds of the steps that are written, finest first. */
export const STEPS = [10, 60, 3600, 86400] as const;
export type Step = (typeof STEPS)[number];

/** Most points of a series in an answer. */
export const MOST_POINTS = 500;

/** From what an answer is made, and how much of it makes a point. */
export interface Resolution {
	/** 1: the seconds in memory. */
	readonly source: 1 | Step;
	/** A multiple of the source. */
	readonly stepS: number;
}

/**
 * The finest steps that reach back far enough and of which a point is one or more.
 *
 * @param fromAgoS how long ago the first point is
 * @param spanS the whole span
 * @param keepS how far back each step reaches; the key 1 stands for the seconds in memory
 */
export function chooseResolution(
	fromAgoS: number,
	spanS: number,
	points: number,
	keepS: Readonly<Record<1 | Step, number>>,
): Resolution {
	const wantedS = spanS / points;
	const reaching = ([1, ...STEPS] as const).filter((step) => keepS[step] >= fromAgoS);
	const candidates = reaching.length > 0 ? reaching : ([86400] as const);
	// The coarsest that is not too coarse has the fewest rows to read; else the finest there is.
	const source = candidates.findLast((step) => step <= wantedS) ?? candidates[0] ?? 86400;
	return { source, stepS: source * Math.max(1, Math.ceil(wantedS / source)) };
}
