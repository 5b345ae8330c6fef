import type { Policy, PolicyMode } from "../config/model.ts";

/** Modes whose shares follow what is measured. */
export type MeasuredMode = "least_connections" | "least_used" | "latency" | "quality" | "overflow";

const MEASURED: readonly string[] = [
	"least_connections",
	"least_used",
	"latency",
	"quality",
	"overflow",
] satisfies readonly MeasuredMode[];

export function isMeasured(mode: PolicyMode): mode is MeasuredMode {
	return MEASURED.includes(mode);
}

/** How one policy shares; an adaptive one does it in three ways, by the traffic class of the rule that leads to it. */
export interface Variant {
	/** "" for the policy itself; else its part of the kernel's name and of the status. */
	readonly key: "" | "latency" | "least_used";
	readonly mode: Exclude<PolicyMode, "adaptive">;
}

/** Above it latency counts, below the other capacity, between them the quality as a whole. */
const INTERACTIVE_ABOVE = 200;
const BULK_BELOW = 50;

/** Class of a rule that gives none. */
export const DEFAULT_CLASS = 128;

const LATENCY: Variant = { key: "latency", mode: "latency" };
const LEAST_USED: Variant = { key: "least_used", mode: "least_used" };
const QUALITY: Variant = { key: "", mode: "quality" };

/** The one for connections that no rule led to the policy comes first. */
export function listVariants({ mode }: Pick<Policy, "mode">): readonly Variant[] {
	return mode === "adaptive" ? [QUALITY, LATENCY, LEAST_USED] : [{ key: "", mode }];
}

/** Which variant connections of a traffic class (0–255) take. */
export function variantOf(policy: Pick<Policy, "mode">, trafficClass: number): Variant {
	const [main = QUALITY] = listVariants(policy);
	if (policy.mode !== "adaptive") return main;
	if (trafficClass > INTERACTIVE_ABOVE) return LATENCY;
	return trafficClass < BULK_BELOW ? LEAST_USED : QUALITY;
}
