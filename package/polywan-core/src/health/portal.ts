/** Answers in a row that must be a portal's. */
export const PORTAL_ANSWERS = 2;

/** Finds out whether a captive portal answers for what is asked. */
export class PortalWatch {
	readonly #seen = new Map<string, number>();
	/** What it answered; null: there is none. */
	reason: string | null = null;

	/** A portal seems to have answered for this target: ask again, believe it. */
	seen(target: string, reason: string): "again" | "portal" {
		const count = (this.#seen.get(target) ?? 0) + 1;
		this.#seen.set(target, count);
		if (count < PORTAL_ANSWERS) return "again";
		this.reason = reason;
		return "portal";
	}

	/** It was seen often enough. */
	believe(target: string, reason: string): void {
		this.#seen.set(target, PORTAL_ANSWERS);
		this.reason = reason;
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
