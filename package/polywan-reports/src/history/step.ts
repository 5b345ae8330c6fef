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
 * Where what is known of a span begins, and how far back each step reaches from there: a history that is younger than what is
 * asked for is shown as finely as if no more had been asked for.
 *
 * @param oldest when the first row of each step begins; absent: there is none
 */
export function findReach(
	from: number,
	now: number,
	oldest: Readonly<Partial<Record<Step, number>>>,
): { readonly from: number; readonly reachS: Readonly<Record<Step, number>> } {
	const reachS = Object.fromEntries(STEPS.map((step) => [step, now - (oldest[step] ?? now)]));
	let begin = now;
	let coarser = Number.POSITIVE_INFINITY;
	const whole: Step[] = [];
	for (const step of STEPS.toReversed()) {
		const at = oldest[step];
		if (at === undefined) continue;
		// The first row of a coarser step began before what it is made of; what is later is all that is left of a finer one.
		if (at > begin + coarser) break;
		[begin, coarser] = [at, step];
		whole.push(step);
	}
	const start = Math.max(from, begin);
	for (const step of begin > from ? whole : []) reachS[step] = now - start;
	return { from: start, reachS: reachS as Record<Step, number> };
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
