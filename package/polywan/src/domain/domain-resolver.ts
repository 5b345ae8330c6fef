import { monotonicMs } from "polywan-runtime/clock";
import { resolveWithTtl } from "polywan-runtime/resolve";

const SHORTEST_MS = 30_000;
const LONGEST_MS = 3_600_000;
/** A name server that starts is there after a moment. */
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
const TIMEOUT_MS = 4000;
/** Questions under way at a time. */
const MOST_QUESTIONS = 8;

interface Question {
	readonly domain: string;
	readonly family: "inet" | "inet6";
	dueMs: number;
	isAsked: boolean;
	failures: number;
}

/** Asks for the addresses of names again and again, as often as the answers say that they hold. */
export class DomainResolver {
	readonly #onAddresses: (domain: string, addresses: readonly string[]) => void;
	#questions: Question[] = [];
	#timer: number | null = null;

	constructor(onAddresses: (domain: string, addresses: readonly string[]) => void) {
		this.#onAddresses = onAddresses;
	}

	/** `again`: also those that were asked for lately. */
	setDomains(domains: readonly string[], again: boolean): void {
		const known = new Map(
			this.#questions.map((question) => [`${question.family} ${question.domain}`, question]),
		);
		this.#questions = domains.flatMap((domain) =>
			(["inet", "inet6"] as const).map(
				(family) =>
					known.get(`${family} ${domain}`) ?? { domain, family, dueMs: 0, isAsked: false, failures: 0 },
			),
		);
		if (again) for (const question of this.#questions) question.dueMs = 0;
		this.#schedule();
	}

	close(): void {
		this.#questions = [];
		this.#schedule();
	}

	#schedule(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const waiting = this.#questions.filter(({ isAsked }) => !isAsked);
		if (waiting.length === 0 || this.#questions.length - waiting.length >= MOST_QUESTIONS) return;
		const dueMs = Math.min(...waiting.map((question) => question.dueMs));
		this.#timer = setTimeout(() => this.#askDue(), Math.max(0, dueMs - monotonicMs()));
	}

	#askDue(): void {
		const nowMs = monotonicMs();
		for (const question of this.#questions) {
			const asked = this.#questions.filter(({ isAsked }) => isAsked).length;
			if (asked >= MOST_QUESTIONS) break;
			if (!question.isAsked && question.dueMs <= nowMs) void this.#ask(question);
		}
		this.#schedule();
	}

	async #ask(question: Question): Promise<void> {
		const { domain, family } = question;
		question.isAsked = true;
		let nextMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** question.failures);
		question.failures++;
		try {
			const { addresses, ttlSeconds } = await resolveWithTtl(domain, family, { timeoutMs: TIMEOUT_MS });
			question.failures = 0;
			nextMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (ttlSeconds ?? 0) * 1000));
			if (this.#questions.includes(question)) this.#onAddresses(domain, addresses);
		} catch (error) {
			// A name that does not exist is the base of those below it, such as googlevideo.com.
			if (error instanceof Error && "code" in error && error.code === "ENOTFOUND") nextMs = LONGEST_MS;
		}
		question.isAsked = false;
		question.dueMs = monotonicMs() + nextMs;
		this.#schedule();
	}
}
