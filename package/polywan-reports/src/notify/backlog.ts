import type { PolywanEvent } from "polywan-core/status";
import type { Notice } from "./notice.ts";

/** What a receiver has not been told yet. */
export interface Backlog {
	/** Messages that could not be sent; the oldest first. */
	readonly waiting: readonly Notice[];
	/** Events that are not in a message yet. */
	readonly gathered: readonly PolywanEvent[];
	/** Lines it was told to be in trouble, as "wan ipv4". */
	readonly troubled: readonly string[];
}

export const NO_BACKLOG: Backlog = { waiting: [], gathered: [], troubled: [] };

const FORMAT = 1;

export function renderBacklog(backlog: Backlog): string {
	return `${JSON.stringify({ format: FORMAT, ...backlog })}\n`;
}

/** Whatever is not such a text has none. */
export function parseBacklog(text: string): Backlog {
	try {
		const { format, waiting, gathered, troubled }: Record<string, unknown> = Object(JSON.parse(text));
		if (format !== FORMAT) return NO_BACKLOG;
		return {
			waiting: listOf(waiting).filter((one): one is Notice => has(one, "text", "title", "severity")),
			gathered: listOf(gathered).filter((one): one is PolywanEvent => has(one, "kind", "reason")),
			troubled: listOf(troubled).filter((one) => typeof one === "string"),
		};
	} catch {
		return NO_BACKLOG;
	}
}

function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}

/** An object in which these are texts. */
function has(value: unknown, ...names: readonly string[]): boolean {
	if (typeof value !== "object" || value === null) return false;
	const fields = new Map(Object.entries(value));
	return names.every((name) => typeof fields.get(name) === "string");
}
