import type { Condition } from "polywan-core/config/condition";
import type { Match, Model, Policy, Target, Uplink } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Family } from "polywan-core/family";
import type { Quality } from "polywan-core/health/event";
import type { Span, SpanQuality } from "polywan-core/health/quality-log";
import { isEligible, type UplinkState } from "polywan-core/health/state";
import type { Link } from "polywan-core/link";
import type { Plan, PlanLimit, PlanShare } from "polywan-core/plan/plan";
import { renderLimit } from "polywan-core/quota/render-limit";
import type {
	FamilyStatus,
	PolicyStatus,
	PublicAddressStatus,
	QuotaStatus,
	RuleStatus,
	ShareStatus,
	SpanStatus,
	Status,
	UplinkStatus,
} from "polywan-core/status";
import type { Wanted } from "../daemon/state-file.ts";

/** What one uplink in one family is like now. */
export interface FamilyFacts {
	readonly state: UplinkState;
	/** Wall clock, ms since 1970. */
	readonly sinceWallMs: number;
	readonly reason: string;
	readonly link: Link | null;
	readonly quality: Quality;
	readonly spans: () => Readonly<Record<Span, SpanQuality>>;
	readonly publicAddress: PublicAddressStatus | null;
}

/** Everything a status is made of. */
export interface StatusFacts {
	readonly version: string;
	readonly uptimeMs: number;
	readonly sequence: number;
	readonly model: Model;
	readonly problems: readonly Problem[];
	/** Null before the first change of the kernel. */
	readonly plan: Plan | null;
	readonly firewall: Status["firewall"];
	readonly apply: Status["apply"];
	readonly wanted: (uplink: string) => Wanted;
	/** Why shares are what they are now, where they follow measurements. */
	readonly shareReason: (policy: string, variant: string, family: Family) => string | null;
	/** Null for a family the uplink has no link in and never had. */
	readonly family: (uplink: string, family: Family) => FamilyFacts | null;
	readonly traffic: (device: string) => { rxBytes: number; txBytes: number };
	readonly quota: (uplink: Uplink) => QuotaStatus | null;
}

/** Best first. */
const STATES: readonly UplinkState[] = ["up", "degraded", "starting", "recovering", "down"];

export function buildStatus(facts: StatusFacts): Status {
	return {
		version: facts.version,
		enabled: facts.model.globals.enabled,
		firewall: facts.firewall,
		uptime_s: Math.floor(facts.uptimeMs / 1000),
		sequence: facts.sequence,
		uplinks: facts.model.uplinks.map((uplink) => buildUplink(uplink, facts)),
		policies: facts.model.policies.map((policy) => buildPolicy(policy, facts)),
		rules: buildRules(facts.model, facts.plan),
		problems: facts.problems,
		apply: facts.apply,
	};
}

function buildUplink(uplink: Uplink, facts: StatusFacts): UplinkStatus {
	const planned = facts.plan?.uplinks.find(({ name }) => name === uplink.name);
	const limit = planned?.limit;
	const ipv4 = buildFamily(facts.family(uplink.name, 4), limit, uplink.useDegraded);
	const ipv6 = buildFamily(facts.family(uplink.name, 6), limit, uplink.useDegraded);
	const devices = new Set([ipv4?.device, ipv6?.device].filter((device) => device));
	const traffic = [...devices].map((device) => facts.traffic(device ?? ""));
	return {
		name: uplink.name,
		state: uplink.enabled ? better(ipv4?.state, ipv6?.state) : "disabled",
		wanted: facts.wanted(uplink.name),
		tier: uplink.tier,
		weight: uplink.weight,
		id: planned?.id ?? 0,
		mark: `0x${(planned?.mark ?? 0).toString(16)}`,
		table: planned === undefined || facts.plan === null ? 0 : facts.plan.tableBase + planned.id,
		ipv4,
		ipv6,
		rx_bytes: traffic.reduce((sum, { rxBytes }) => sum + rxBytes, 0),
		tx_bytes: traffic.reduce((sum, { txBytes }) => sum + txBytes, 0),
		limit:
			limit === undefined
				? null
				: {
						download_bits_per_second: limit.downloadBytesPerSecond * 8,
						upload_bits_per_second: limit.uploadBytesPerSecond * 8,
					},
		quota: facts.quota(uplink),
	};
}

function better(one: UplinkState | undefined, other: UplinkState | undefined): UplinkState {
	return STATES.find((state) => state === one || state === other) ?? "down";
}

function buildFamily(
	facts: FamilyFacts | null,
	limit: PlanLimit | undefined,
	useDegraded: boolean,
): FamilyStatus | null {
	if (facts === null) return null;
	const { link, quality } = facts;
	return {
		state: facts.state,
		usable: isEligible(facts.state, useDegraded),
		since_ms: facts.sinceWallMs,
		reason: limit === undefined ? facts.reason : `${facts.reason}; ${renderLimit(limit)}`,
		interface: link?.interface ?? "",
		device: link?.device ?? "",
		addresses: link?.addresses.map(({ address }) => address) ?? [],
		gateway: link?.gateway ?? null,
		dns_servers: link?.dnsServers ?? [],
		rtt_ms: quality.rttMs === null ? null : rounded(quality.rttMs),
		jitter_ms: quality.jitterMs === null ? null : rounded(quality.jitterMs),
		loss_percent: rounded(quality.lossPercent),
		targets: quality.targets.map(({ address, answering, rttMs }) => ({
			address,
			answering,
			rtt_ms: rttMs === null ? null : rounded(rttMs),
		})),
		public_address: facts.publicAddress,
		portal: quality.portal,
		// Summed up only for those who look at it.
		get quality() {
			const spans = facts.spans();
			return {
				"10s": buildSpan(spans["10s"]),
				"1m": buildSpan(spans["1m"]),
				"1h": buildSpan(spans["1h"]),
				"24h": buildSpan(spans["24h"]),
			};
		},
	};
}

function buildSpan({ rtt, jitterMs, lossPercent, uptimePercent, probes }: SpanQuality): SpanStatus {
	const orNull = (value: number | null | undefined) =>
		value === null || value === undefined ? null : rounded(value);
	return {
		rtt_min_ms: orNull(rtt?.minMs),
		rtt_avg_ms: orNull(rtt?.avgMs),
		rtt_max_ms: orNull(rtt?.maxMs),
		jitter_ms: orNull(jitterMs),
		loss_percent: orNull(lossPercent),
		uptime_percent: orNull(uptimePercent),
		probes,
	};
}

function buildPolicy(policy: Policy, { plan, shareReason }: StatusFacts): PolicyStatus {
	const ways = plan?.policies.filter(({ name }) => name === policy.name) ?? [];
	const shares = (share: PlanShare | undefined): ShareStatus[] =>
		plan === null || share === undefined ? [] : buildShares(share, plan);
	const reason = (variant: string): string | null => {
		const [ipv4, ipv6] = [shareReason(policy.name, variant, 4), shareReason(policy.name, variant, 6)];
		if (ipv4 === null || ipv6 === null || ipv4 === ipv6) return ipv4 ?? ipv6;
		return `IPv4: ${ipv4}; IPv6: ${ipv6}`;
	};
	const main = ways.find(({ variant }) => variant === undefined);
	const variants = ways.flatMap(({ variant, shares: own }) =>
		variant === undefined
			? []
			: [{ mode: variant, ipv4: shares(own[4]), ipv6: shares(own[6]), reason: reason(variant) }],
	);
	return {
		name: policy.name,
		mode: policy.mode,
		last_resort: policy.lastResort,
		ipv4: shares(main?.shares[4]),
		ipv6: shares(main?.shares[6]),
		reason: reason(""),
		...(variants.length > 0 && { variants }),
	};
}

/** How many of the slots each uplink has. */
function buildShares(share: PlanShare, plan: Plan): ShareStatus[] {
	if (share.kind === "verdict") return [];
	return plan.uplinks
		.map(({ name, id }) => ({
			uplink: name,
			percent: rounded((share.slots.filter((slot) => slot === id).length * 100) / share.slots.length),
		}))
		.filter(({ percent }) => percent > 0);
}

function buildRules(model: Model, plan: Plan | null): readonly RuleStatus[] {
	const active = new Set(plan?.rules.map(({ name }) => name));
	return model.rules.map((rule) => ({
		name: rule.name,
		match: renderMatch(rule.match),
		target: renderTarget(rule.target),
		active: active.has(rule.name),
	}));
}

function renderTarget(target: Target): string {
	return "name" in target ? `${target.kind} ${target.name}` : target.kind;
}

/** "IPv4 proto 6 from 192.168.1.0/24 to port 443", or "everything". */
function renderMatch(match: Match): string {
	const ports = (ranges: Match["sourcePorts"]) =>
		ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
	const parts = [
		match.families.map((family) => `IPv${family}`).join(" and "),
		clause("protocol", match.protocols.map(protocolName).join(",")),
		clause("in by", match.sourceInterfaces.join(",")),
		clause("from", match.sources.join(",")),
		clause("from port", ports(match.sourcePorts)),
		clause("to", match.destinations.join(",")),
		clause("to port", ports(match.destinationPorts)),
		...match.conditions.map(renderCondition),
	].filter((part) => part !== "");
	return parts.join(" ") || "everything";
}

/** "not from 10.0.0.0/8", "DSCP 46". */
function renderCondition(condition: Condition): string {
	const { on, not, ...rest } = condition;
	const values = Object.values(rest).map((value) => renderConditionValue(value));
	return `${not ? "not " : ""}${CONDITION_WORDS[on]} ${values.join(" of ")}`;
}

function renderConditionValue(value: unknown): string {
	if (!Array.isArray(value)) {
		if (typeof value !== "object" || value === null) return String(value);
		return [...new Set(Object.values(value).flat())].join(",");
	}
	return value
		.map((entry) =>
			typeof entry === "object" && entry !== null
				? [...new Set(Object.values(entry))].join("-")
				: String(entry),
		)
		.join(",");
}

const CONDITION_WORDS: Readonly<Record<Condition["on"], string>> = {
	source: "from",
	destination: "to",
	sourcePort: "from port",
	destinationPort: "to port",
	protocol: "protocol",
	icmpType: "ICMP type",
	sourceMac: "sent by",
	dscp: "DSCP",
	mark: "mark",
	sourceInterface: "in by",
	sourceZone: "in by zone",
	domain: "to name",
	app: "application",
	heavy: "after bytes",
	sourceSet: "from set",
	destinationSet: "to set",
	user: "user",
	group: "group",
};

function clause(word: string, values: string): string {
	return values === "" ? "" : `${word} ${values}`;
}

function protocolName(protocol: number): string {
	return { 1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6" }[protocol] ?? String(protocol);
}

function rounded(value: number): number {
	return Math.round(value * 100) / 100;
}
