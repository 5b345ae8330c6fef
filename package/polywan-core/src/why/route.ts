import { networkContains, parseAddress, parseNetwork } from "../address.ts";
import type { Plan, PlanIpRule, PlanNexthop } from "../plan/plan.ts";
import type { Packet, RouteFacts } from "./packet.ts";

/** What the plan's ip rules and tables do with a packet that carries a mark. */
export type Routed =
	/** Connected, static or VPN route, or one of a table the user lists. */
	| { readonly kind: "specific"; readonly device: string; readonly table: number }
	/** A table of polywan's; several nexthops share by weight. */
	| {
			readonly kind: "table";
			readonly table: number;
			readonly rule: PlanIpRule;
			readonly nexthops: readonly PlanNexthop[];
	  }
	| { readonly kind: "unreachable" | "blackhole" }
	/** None of polywan's rules decides. */
	| { readonly kind: "main"; readonly device: string | null };

const MAIN_TABLE = 254;

/** Follows the ip rules in the order of their priorities, as the kernel does. */
export function routePacket(
	plan: Pick<Plan, "ipRules" | "tables">,
	packet: Packet,
	mark: number,
	facts: RouteFacts,
): Routed {
	const rules = plan.ipRules.filter((rule) => rule.family === packet.family);
	for (const rule of [...rules].sort((a, b) => a.priority - b.priority)) {
		if (!matchesIpRule(rule, packet, mark)) continue;
		// Shortcuts go past what does not match anyway.
		if (rule.action.kind === "goto" || rule.action.kind === "nop") continue;
		if (rule.action.kind !== "lookup") return { kind: rule.action.kind };
		const { table } = rule.action;
		const found = plan.tables.find((entry) => entry.table === table && entry.family === packet.family);
		if (found === undefined) {
			const { specific } = facts;
			if (specific !== null && isLookedUp(specific.table, table))
				return { kind: "specific", device: specific.device, table };
			continue;
		}
		const [best] = [...found.routes].sort((a, b) => a.metric - b.metric);
		if (best === undefined) continue;
		return best.kind === "unicast"
			? { kind: "table", table, rule, nexthops: best.nexthops }
			: { kind: "unreachable" };
	}
	return { kind: "main", device: facts.fallback?.device ?? null };
}

/** `ip route get` does not tell main from local in every case. */
function isLookedUp(found: number, table: number): boolean {
	return found === table || (table === MAIN_TABLE && found === 255);
}

function matchesIpRule(rule: PlanIpRule, packet: Packet, mark: number): boolean {
	if (rule.fwmark !== null && (mark & rule.fwmark.mask) >>> 0 !== rule.fwmark.value) return false;
	if (rule.from !== null && !isFrom(rule.from, packet.source)) return false;
	if (rule.to !== null && !isFrom(rule.to, packet.destination)) return false;
	if (rule.incomingInterface !== null && rule.incomingInterface !== (packet.incomingDevice ?? "lo"))
		return false;
	// Nothing here says that a socket was bound to a device.
	return rule.outgoingInterface === null;
}

function isFrom(network: string, source: string | null): boolean {
	const address = source === null ? null : parseAddress(source);
	const parsed = parseNetwork(network);
	return address !== null && parsed !== null && networkContains(parsed, address);
}
