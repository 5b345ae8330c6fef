import type { Policy, PolicyMode, Uplink } from "./model.ts";
import type { SectionReader } from "./section-reader.ts";

/** What a mode that compares loads with capacities does where a capacity is not known. */
const WITHOUT_CAPACITY: Partial<Record<PolicyMode, { readonly mode: PolicyMode; readonly effect: string }>> =
	{
		least_used: { mode: "weighted", effect: "the policy shares by weight (mode weighted) until then" },
		overflow: { mode: "failover", effect: "the policy is one of mode failover until then" },
		quality: { mode: "quality", effect: "its use is left out of its quality until then" },
		adaptive: { mode: "adaptive", effect: "it counts as unused until then" },
	};

/** The policy, in another mode where its own needs a capacity nobody gave; that is a problem of its section. */
export function withKnownCapacity(
	policy: Policy,
	uplinks: readonly Uplink[],
	readers: readonly SectionReader[],
): Policy {
	const otherwise = WITHOUT_CAPACITY[policy.mode];
	if (otherwise === undefined) return policy;
	const names = new Set(policy.members.map(({ uplink }) => uplink));
	const unknown = uplinks.filter(
		({ name, enabled, downloadBitsPerSecond, uploadBitsPerSecond }) =>
			enabled && names.has(name) && downloadBitsPerSecond === 0 && uploadBitsPerSecond === 0,
	);
	if (unknown.length === 0) return policy;
	const list = unknown.map(({ name }) => `'${name}'`).join(", ");
	const which = unknown.length === 1 ? `uplink ${list} has` : `uplinks ${list} have`;
	const severity = otherwise.mode === policy.mode ? "warning" : "error";
	const reader = readers.find(({ name }) => name === policy.name);
	reader?.report(
		"mode",
		policy.mode,
		`needs to know capacities, and ${which} neither option download nor option upload; ${otherwise.effect}`,
		severity,
	);
	return otherwise.mode === policy.mode ? policy : { ...policy, mode: otherwise.mode };
}
