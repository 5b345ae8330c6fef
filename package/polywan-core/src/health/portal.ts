/** Answers in a row that must be a portal's. */
const NEEDED = 2;

/** Finds out whether a captive portal answers for what is asked. */
export class PortalWatch {
	readonly #seen = new Map<string, number>();
	/** What it answered; null: there is none. */
	reason: string | null = null;

	/** A portal seems to have answered for this target: ask again, believe it. */
	seen(target: string, reason: string): "again" | "portal" {
		const count = (this.#seen.get(target) ?? 0) + 1;
		this.#seen.set(target, count);
		if (count < NEEDED) return "again";
		this.reason = reason;
		return "portal";
	}

	/** The target itself answered. */
	answered(target: string): void {
		if (!this.#seen.delete(target)) return;
		if (this.#seen.size === 0) this.reason = null;
	}

	forget(): void {
		this.#seen.clear();
		this.reason = null;
	}
}
