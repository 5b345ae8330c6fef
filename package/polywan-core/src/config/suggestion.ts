/** The known name a user most likely meant: at most two letters off, and fewer than half of it. */
export function suggestName(written: string, known: readonly string[]): string | null {
	let best: string | null = null;
	let bestDistance = Math.min(2, Math.floor(written.length / 2)) + 1;
	for (const name of known) {
		const distance = editDistance(written, name);
		if (distance < bestDistance) {
			best = name;
			bestDistance = distance;
		}
	}
	return best;
}

/** ` (did you mean 'weight'?)`, or nothing. */
export function renderSuggestion(written: string, known: readonly string[]): string {
	const name = suggestName(written, known);
	return name === null ? "" : ` (did you mean '${name}'?)`;
}

/** Insertions, deletions, replacements and swaps of neighbours that make one text of the other. */
function editDistance(a: string, b: string): number {
	if (Math.abs(a.length - b.length) > 2) return 3;
	let before: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const current = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1];
			let cost = Math.min(
				(previous[j] ?? 0) + 1,
				(current[j - 1] ?? 0) + 1,
				(previous[j - 1] ?? 0) + (same ? 0 : 1),
			);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
			}
			current.push(cost);
		}
		before = previous;
		previous = current;
	}
	return previous[b.length] ?? 3;
}
