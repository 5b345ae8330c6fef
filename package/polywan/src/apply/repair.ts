/** Whoever changed something of ours may not be done yet. */
const FIRST_DELAY_MS = 50;
/** Changed again so soon after it was put back: a fight. Then repairs grow apart, so that it does not eat the machine. */
const FIGHT_MS = 2000;
/** That often nobody has to wait for longer. */
const PATIENCE = 4;
const LONGEST_DELAY_MS = 30_000;

/** Part of what is ours in the kernel. */
export type KernelPart = "packet filter" | "routing";

const WORDS: Readonly<Record<KernelPart, string>> = {
	"packet filter": "the packet filter rules",
	routing: "ip rules or routes",
};

/** Who did it: the kernel itself drops routes of a device that goes down. */
export type Culprit = "program" | "kernel";

/** What is not as we left it. */
export interface Notice {
	readonly sinceMs: number;
	readonly culprit: Culprit;
}

export type Notices = ReadonlyMap<KernelPart, Notice>;

/** What somebody else changed of ours, from when it is noticed until it is put back, and how soon to look after it. */
export class Repairs {
	readonly #noticed = new Map<KernelPart, Notice>();
	#rounds = 0;
	#putBackMs = Number.NEGATIVE_INFINITY;

	/** Gives how long to wait before putting it back; null when that is being waited for already. */
	notice(part: KernelPart, culprit: Culprit, nowMs: number): number | null {
		const isFirst = this.#noticed.size === 0;
		const before = this.#noticed.get(part);
		if (before === undefined || before.culprit === "kernel")
			this.#noticed.set(part, { sinceMs: before?.sinceMs ?? nowMs, culprit });
		if (!isFirst) return null;
		if (nowMs - this.#putBackMs > FIGHT_MS) this.#rounds = 0;
		else if (culprit === "program") this.#rounds++;
		return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, this.#rounds - PATIENCE));
	}

	/** What was noticed until now is looked after from here on; gives it with when it was noticed. */
	take(nowMs: number): Notices {
		if (this.#noticed.size > 0) this.#putBackMs = nowMs;
		const taken = new Map(this.#noticed);
		this.#noticed.clear();
		return taken;
	}

	/** It could not be put back: whoever tries again reports it. */
	giveBack(notices: Notices): void {
		for (const [part, notice] of notices) this.#noticed.set(part, notice);
	}
}

/** For the user: what of `noticed` had really been changed, and is back; null when nothing was. */
export function renderRepair(
	noticed: Notices,
	changed: ReadonlySet<KernelPart>,
	nowMs: number,
): string | null {
	const parts = [...noticed].filter(([part, { culprit }]) => culprit === "program" && changed.has(part));
	if (parts.length === 0) return null;
	const what = parts.map(([part]) => WORDS[part]).join(" and ");
	const tookMs = Math.round(nowMs - Math.min(...parts.map(([, { sinceMs }]) => sinceMs)));
	return `another program changed ${what} of polywan; put back ${tookMs} ms after it was noticed`;
}
