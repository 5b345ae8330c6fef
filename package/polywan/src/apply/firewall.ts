import type { Plan } from "polywan-core/plan/plan";
import type { TcpTuple } from "polywan-core/render/resets";
import type { FirewallName } from "./firewall-choice.ts";

/** One way to get a plan's marks into the packet filter. Everything rejects with ToolError. */
export interface Firewall {
	readonly name: FirewallName;
	/** Brings the packet filter from `before` to `after`; `before` null: from whatever is there. Gives whether anything was to do. */
	change(before: Plan | null, after: Plan): Promise<boolean>;
	/**
	 * Makes what a daemon before this one left be as its plan says, without touching what packets filled. Gives whether it could: else
	 * what is there is not known.
	 */
	adopt(plan: Plan): Promise<boolean>;
	/** Whether sets that others fill have been made anew since the last call, and so are empty. */
	takeRebuilt(): boolean;
	/**
	 * Other shares of the policies with those kernel names, and nothing else, where `before` is in force. Gives false where
	 * only `change` can do it; what it cannot do it has not begun.
	 */
	changeShares(before: Plan, after: Plan, kernelNames: readonly string[]): boolean | Promise<boolean>;
	/** Resets those connections as soon as their opener sends something. */
	reset(plan: Plan, tuples: readonly TcpTuple[]): Promise<void>;
	/** What differs from `plan`, one line each. */
	diff(plan: Plan): Promise<readonly string[]>;
	/** What matched each rule since it is as it is, by the rule's comment; the first packet of each connection counts. */
	counters(plan: Plan): Promise<ReadonlyMap<string, Counter>>;
	/** Takes everything of ours out. */
	remove(): Promise<void>;
	/** Ends its timers. */
	close(): void;
}

export interface Counter {
	readonly packets: number;
	readonly bytes: number;
}

/** Counters of the same comment are parts of one rule. */
export function sumCounters(
	counters: readonly (Counter & { readonly comment: string })[],
): ReadonlyMap<string, Counter> {
	const sums = new Map<string, Counter>();
	for (const { comment, packets, bytes } of counters) {
		const before = sums.get(comment) ?? { packets: 0, bytes: 0 };
		sums.set(comment, { packets: before.packets + packets, bytes: before.bytes + bytes });
	}
	return sums;
}
