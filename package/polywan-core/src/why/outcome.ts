import type { Plan, PlanNexthop, PlanUplink } from "../plan/plan.ts";
import type { Outcome } from "./explanation.ts";
import type { Packet, RouteFacts } from "./packet.ts";
import { routePacket } from "./route.ts";

/** Where packets with a mark go; `percent` of all carry it. Several, where a table of the router's own traffic shares. */
export function followMark(
	plan: Plan,
	packet: Packet,
	facts: RouteFacts,
	mark: number,
	percent: number,
): readonly Outcome[] {
	const routed = routePacket(plan, packet, mark, facts);
	switch (routed.kind) {
		case "specific":
		case "main":
			return [{ kind: routed.kind, uplink: null, device: routed.device, percent }];
		case "unreachable":
		case "blackhole":
			return [{ kind: routed.kind, uplink: null, device: null, percent }];
		case "table": {
			const total = routed.nexthops.reduce((sum, { weight }) => sum + weight, 0);
			return routed.nexthops.map((nexthop) => {
				const { device, weight } = nexthop;
				const uplink = findUplink(plan, packet, mark, nexthop);
				return { kind: "uplink", uplink: uplink?.name ?? null, device, percent: (percent * weight) / total };
			});
		}
	}
}

/** Of several on one device the mark tells which, or the gateway. */
function findUplink(
	{ uplinks, markMask }: Plan,
	{ family }: Packet,
	packetMark: number,
	{ device, gateway }: PlanNexthop,
): PlanUplink | undefined {
	const candidates = uplinks.filter(({ devices }) => devices[family] === device);
	const byMark = candidates.find(({ mark }) => mark === (packetMark & markMask) >>> 0);
	return byMark ?? candidates.find(({ shared }) => shared?.gateway === gateway) ?? candidates[0];
}
