const DAY_S = 86_400;

/** A moment as far as it matters in a span of `lengthS`: "14:05:09", "Nov 19, 14:05", "Nov 19, 2026". */
export function renderMoment(atS: number, lengthS: number, language: string): string {
	const at = new Date(atS * 1000);
	const today = at.toDateString() === new Date().toDateString();
	if (lengthS <= DAY_S && today) return at.toTimeString().slice(0, 8);
	const day = { month: "short", day: "numeric" } as const;
	if (lengthS > 60 * DAY_S) return at.toLocaleDateString(language, { ...day, year: "numeric" });
	return at.toLocaleString(language, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}
