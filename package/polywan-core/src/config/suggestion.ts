/** The known name a user most likely meant: at most two letters off, and fewer than half of it. */
function suggestName(written: string, known: readonly string[]): string | null {
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

/** Where a user who comes from mwan3 finds what its options and sections did; by section type of polywan. */
const FORMER_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	globals: {
		mmx_mask: "mark_mask",
		loglevel: "log_level",
		rt_table_lookup: "bypass_table",
		bypass_network: "bypass",
	},
	uplink: {
		track_ip: "target",
		track_method: "method",
		metric: "tier",
		up: "up_count",
		down: "down_count",
		size: "payload",
		max_ttl: "ttl",
		failure_loss: "degraded_loss",
		recovery_loss: "recovered_loss",
		failure_latency: "degraded_rtt",
		recovery_latency: "recovered_rtt",
	},
	policy: { use_member: "uplink of config member" },
	member: { interface: "uplink", metric: "tier" },
	rule: {
		use_policy: "target",
		ipset: "dest_set",
		ipset_src: "src_set",
		timeout: "sticky_timeout",
		logging: "log",
	},
};

/** As renderSuggestion, of an option of such a section. */
export function renderOptionSuggestion(type: string, written: string, known: readonly string[]): string {
	const now = Object.entries(FORMER_NAMES[type] ?? {}).find(([name]) => name === written)?.[1];
	return now === undefined ? renderSuggestion(written, known) : ` (what mwan3 calls so is '${now}' here)`;
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
