import type { Family } from "../../family.ts";
import { FAMILIES } from "../../family.ts";
import type { Plan } from "../../plan/plan.ts";
import { renderMark } from "../mark.ts";
import { homeRules, NOT_ROUTED, OWNED } from "./new-connection.ts";
import { buildUntrackedHook, RESET_RULES } from "./reset.ts";
import type { NftChain } from "./ruleset.ts";
import { renderHeavyRules } from "./set.ts";
import { sharedLeavingRules } from "./shared-device.ts";
import { ipWord, nfproto } from "./word.ts";

/** The chains that packets enter by, and those that only these lead to. `buildNftRuleset` says what they are for. */
export function buildHooks(plan: Plan): readonly NftChain[] {
	const managed = FAMILIES.filter((family) => plan.managed[family]);
	return [
		...buildArrivalHook(plan, managed),
		buildOutputHook(plan, managed),
		...buildHeavyHook(plan, managed),
		...buildLeavingHook(plan, managed),
		buildStandInHook(plan, managed),
		...(plan.resetConnections ? [buildUntrackedHook(plan)] : []),
	];
}

function buildHeavyHook(plan: Plan, managed: readonly Family[]): readonly NftChain[] {
	const rules = renderHeavyRules(plan.sets, managed);
	const hook = "type filter hook postrouting priority mangle; policy accept;";
	return rules.length === 0 ? [] : [{ name: "postrouting", hook, rules }];
}

function buildLeavingHook(plan: Plan, managed: readonly Family[]): readonly NftChain[] {
	const mask = renderMark(plan.markMask);
	return [
		{
			name: "spared",
			hook: null,
			rules: [`ct mark & ${mask} == 0 meta nfproto . oifname vmap @owner`],
		},
		{
			name: "nat_postrouting",
			hook: "type nat hook postrouting priority srcnat - 1; policy accept;",
			rules: [
				...sharedLeavingRules(plan),
				// Forwarded: its mark was set when it came in. The router's own packets have not come in.
				`meta nfproto ipv4 iif != "lo" ct mark & ${mask} != 0 return`,
				...sparedRules(plan, managed),
				// Link-local ones never get an answer from afar.
				...(managed.includes(6) ? ["ip6 saddr fe80::/10 goto spared"] : []),
				"meta nfproto . oifname vmap @leaving",
			],
		},
	];
}

function buildStandInHook(plan: Plan, managed: readonly Family[]): NftChain {
	return {
		name: "nat_output",
		hook: "type nat hook output priority -100; policy accept;",
		rules: [
			`meta mark & ${renderMark(plan.markMask)} != 0 return`,
			...managed.flatMap((family) => standInRules(plan, family)),
		],
	};
}

function buildArrivalHook(plan: Plan, managed: readonly Family[]): readonly NftChain[] {
	const mask = renderMark(plan.markMask);
	const resets = plan.resetConnections;
	return [
		...(resets ? [{ name: "resume", hook: null, rules: RESET_RULES }] : []),
		{
			name: "known",
			hook: null,
			rules: [...(resets ? ["ct state invalid jump resume"] : []), OWNED],
		},
		{
			name: "prerouting",
			hook: "type filter hook prerouting priority dstnat + 5; policy accept;",
			rules: [
				// Where nobody else has bits in the mark, ours can be taken as they are.
				`meta mark 0 ct mark & ${mask} != 0 meta mark set ct mark & ${mask} accept`,
				`meta mark != 0 ct mark & ${mask} vmap @restore`,
				"ct state != new goto known",
				// The rest of a connection that ended with its uplink.
				...(resets ? ["tcp flags & syn == 0 jump resume"] : []),
				...homeRules(plan),
				...lead(managed, "new"),
			],
		},
	];
}

function buildOutputHook(plan: Plan, managed: readonly Family[]): NftChain {
	const mask = renderMark(plan.markMask);
	const ruled = managed.filter((family) => plan.rules.some((rule) => rule.match.families.includes(family)));
	const toEndpoint = managed
		.filter((family) => plan.endpoints[family].length > 0)
		.map((family) => `${ipWord(family)} daddr @endpoints${family} return`);
	return {
		name: "output",
		hook: "type route hook output priority mangle; policy accept;",
		rules: [
			'oifname "lo" return',
			`meta mark & ${mask} != 0 return`,
			...toEndpoint,
			`ct mark & ${mask} vmap @restore`,
			"ct state != new return",
			NOT_ROUTED,
			...lead(ruled, "own"),
		],
	};
}

function lead(families: readonly Family[], chain: string): readonly string[] {
	return families.map((family) => `meta nfproto ${nfproto(family)} goto ${chain}${family}`);
}

/** Sources are as they should be where no rule, no tunnel and no translation chose another way than the first. */
function sparedRules(plan: Plan, managed: readonly Family[]): readonly string[] {
	const unmarked = `meta mark & ${renderMark(plan.markMask)} == 0`;
	const conditions = managed.map((family) => [
		...(plan.endpoints[family].length > 0 ? [`${ipWord(family)} daddr != @endpoints${family}`] : []),
		...(plan.standIns[family].length > 0 ? ["ct status & dnat == 0"] : []),
	]);
	if (conditions.every(({ length }) => length === 0)) return [`${unmarked} goto spared`];
	return managed.map((family, index) =>
		[`meta nfproto ${nfproto(family)}`, unmarked, ...(conditions[index] ?? []), "goto spared"].join(" "),
	);
}

/** Of queries that would leave by an uplink: a name server at home is nobody's but its owner's. */
function standInRules(plan: Plan, family: Family): readonly string[] {
	const devices = plan.uplinks.flatMap(({ devices }) => devices[family] ?? []);
	if (devices.length === 0) return [];
	const leaving = `oifname { ${devices.map((device) => `"${device}"`).join(", ")} }`;
	const ip = ipWord(family);
	return plan.standIns[family].map(
		({ from, to }) => `${leaving} ${ip} daddr ${from} meta l4proto { 6, 17 } th dport 53 dnat ${ip} to ${to}`,
	);
}
