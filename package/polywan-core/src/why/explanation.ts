import type { Packet } from "./packet.ts";

/** Where a packet may go, and how often. */
export interface Outcome {
	readonly kind: "uplink" | "main" | "unreachable" | "blackhole" | "specific" | "local";
	/** Null unless the kind is "uplink". */
	readonly uplink: string | null;
	/** The device it leaves by, where one is known. */
	readonly device: string | null;
	/** 0–100 of what is new; 0: only where a sticky rule keeps to an earlier connection. */
	readonly percent: number;
}

/** One thing that was looked at, in the order the kernel does. */
export interface Step {
	/** "passed": it does not concern the packet; "open": it may; "decided": it settled the matter; "told": by the way. */
	readonly result: "passed" | "open" | "decided" | "told";
	readonly text: string;
}

/** Which way a connection's first packet goes, and why. */
export interface Explanation {
	readonly packet: Packet;
	readonly direction: "forwarded" | "own" | "inbound";
	readonly steps: readonly Step[];
	/** The rule that decided, where one did. */
	readonly rule: string | null;
	/** Rules that may decide, where something that was not said tells. */
	readonly candidates: readonly string[];
	readonly policy: string | null;
	/** The more likely ones first. Several where a policy shares, or where the description leaves something open. */
	readonly outcomes: readonly Outcome[];
	/** The outcome hangs on something that was not said. */
	readonly isOpen: boolean;
}

/** What the daemon's method `why` answers: the explanation, or in words why there is none. */
export type WhyAnswer = ({ readonly error: null } & Explanation) | { readonly error: string };
