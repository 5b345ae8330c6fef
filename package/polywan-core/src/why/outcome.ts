import type { Plan } from "../plan/plan.ts";
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
			return routed.nexthops.map(({ device, weight }) => {
				const uplink = plan.uplinks.find(({ devices }) => devices[packet.family] === device);
				return { kind: "uplink", uplink: uplink?.name ?? null, device, percent: (percent * weight) / total };
			});
		}
	}
}
