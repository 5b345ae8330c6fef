import { PROTOCOLS } from "polywan-core/config/datatype";
import type { Plan, PlanTarget } from "polywan-core/plan/plan";
import type { ConnectionStatus } from "polywan-core/status";
import { matchRule } from "polywan-core/why/match";
import type { Row } from "./row.ts";

const PROTOCOL_NAMES = new Map([...PROTOCOLS].reverse().map(([name, number]) => [number, name]));
const ICMP: readonly number[] = [1, 58];

type PlanFacts = Pick<Plan, "uplinks" | "markMask" | "rules" | "policies">;

/** `now`: wall clock; `uptimeMs`: a connection cannot be older, whatever the clock said when it began. */
export function buildConnection(
	row: Row,
	plan: PlanFacts,
	now: { readonly wallMs: number; readonly uptimeMs: number },
): ConnectionStatus {
	const mark = (row.mark & plan.markMask) >>> 0;
	const uplink = mark === 0 ? undefined : plan.uplinks.find((entry) => entry.mark === mark);
	const isIcmp = ICMP.includes(row.protocol);
	const ageMs = row.startedAtMs === null ? null : now.wallMs - row.startedAtMs;
	return {
		family: row.family === 4 ? "ipv4" : "ipv6",
		protocol: PROTOCOL_NAMES.get(row.protocol) ?? String(row.protocol),
		source: row.source,
		source_port: isIcmp ? 0 : row.sourcePort,
		destination: row.destination,
		destination_port: isIcmp ? 0 : row.destinationPort,
		uplink: uplink?.name ?? null,
		rule: uplink === undefined ? null : findRule(row, uplink.id, plan),
		state: row.state,
		sent_bytes: row.sentBytes,
		received_bytes: row.receivedBytes,
		sent_packets: row.sentPackets,
		received_packets: row.receivedPackets,
		age_s: ageMs === null ? null : Math.floor(Math.min(Math.max(ageMs, 0), now.uptimeMs) / 1000),
		timeout_s: row.timeoutS,
	};
}

/** The first rule that matches, if nothing before it depends on what conntrack does not keep, and if it can lead there. */
function findRule(row: Row, uplinkId: number, plan: PlanFacts): string | null {
	const own = plan.uplinks.flatMap(({ addresses }) => addresses[row.family]);
	// From the Internet: the way in decided.
	if (own.includes(row.destination)) return null;
	const packet = {
		family: row.family,
		source: row.source,
		destination: row.destination,
		protocol: row.protocol,
		sourcePort: row.sourcePort,
		destinationPort: row.destinationPort,
		incomingDevice: null,
	};
	for (const rule of plan.rules) {
		const dependsOnDevice = rule.match.sourceDevices.length > 0 && !own.includes(row.source);
		if (dependsOnDevice) return null;
		const { answer } = matchRule(rule, packet);
		if (answer === "maybe") return null;
		if (answer === "yes") return leadsTo(rule.target, uplinkId, row, plan) ? rule.name : null;
	}
	return null;
}

/** The configuration may have been another when the connection was made. */
function leadsTo(target: PlanTarget, uplinkId: number, { family }: Row, { policies }: PlanFacts): boolean {
	if (target.kind === "verdict") return false;
	const shares =
		target.kind === "uplink"
			? target.shares
			: policies.find(({ kernelName }) => kernelName === target.kernelName)?.shares;
	const share = shares?.[family];
	return share !== undefined && share.kind !== "verdict" && share.slots.includes(uplinkId);
}
