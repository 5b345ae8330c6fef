/** What one uplink in one family hears from a target: an answer, silence, or not yet known. */
export interface TargetHearing {
	readonly target: string;
	readonly heard: boolean | null;
}

/**
 * Targets that are silent on every uplink on which another one answers: it is not the lines that are to blame. `hearings`: one entry for
 * each uplink and family.
 */
export function findBadTargets(hearings: readonly (readonly TargetHearing[])[]): readonly string[] {
	const silent = new Set<string>();
	const heard = new Set<string>();
	for (const hearing of hearings) {
		const works = hearing.some((entry) => entry.heard === true);
		for (const entry of hearing) {
			if (entry.heard === false && works) silent.add(entry.target);
			else if (entry.heard === true || works) heard.add(entry.target);
		}
	}
	return [...silent].filter((target) => !heard.has(target)).sort();
}
