import type { PlanCondition } from "../plan/plan.ts";
import type { Finding } from "./finding.ts";
import { decide, maybe, no, YES } from "./finding.ts";
import {
	describeNetworks,
	describePorts,
	isInNetworks,
	isInPorts,
	networksOf,
	protocolName,
} from "./match-value.ts";
import type { Packet } from "./packet.ts";
import type { SetFacts } from "./set-facts.ts";

const ICMP = { 4: 1, 6: 58 } as const;

/** Whether a condition of a rule holds, negated ones included. One that this knows nothing of leaves the answer open. */
export function matchCondition(condition: PlanCondition, packet: Packet, sets: SetFacts): Finding {
	const { not } = condition;
	const isOwn = packet.incomingDevice === null;
	switch (condition.on) {
		case "source":
		case "destination":
			return matchNetworks(condition.on, condition.networks, not, packet);
		case "sourcePort":
			return decide(
				isInPorts(condition.ports, packet.sourcePort),
				not,
				"source port",
				describePorts(condition.ports),
			);
		case "destinationPort":
			return decide(
				isInPorts(condition.ports, packet.destinationPort),
				not,
				"destination port",
				describePorts(condition.ports),
			);
		case "protocol": {
			const holds = packet.protocol === null ? null : condition.protocols.includes(packet.protocol);
			return decide(holds, not, "protocol", condition.protocols.map(protocolName).join(" or "));
		}
		case "sourceDevice": {
			// The router's own packets came in by no device, so by none of those.
			const holds = !isOwn && condition.devices.includes(packet.incomingDevice ?? "");
			return decide(holds, not, "incoming device", condition.devices.join(" or "));
		}
		case "sourceSet":
		case "destinationSet": {
			const { on, set } = condition;
			const side = on === "sourceSet" ? "source" : "destination";
			return decide(sets.has(set, on), not, side, `in ${sets.describe(set)}`);
		}
		case "icmpType":
			return matchIcmpType(condition.types[packet.family], not, packet);
		case "user":
		case "group":
			// Without a socket of the router's there is no account to compare, and the condition fails either way.
			if (!isOwn) return no(`it is for the router's own programs, by ${condition.on}`);
			return matchValue(condition.ids, packet[condition.on], not, `${condition.on} (by number)`, String);
		case "sourceMac":
			if (isOwn) return no("it is for a sender's hardware address, and the router's own packets have none");
			return matchValue(condition.addresses, packet.sourceMac, not, "sender's hardware address", String);
		case "dscp":
			return matchValue(condition.codePoints, packet.dscp, not, "DSCP", String);
		case "mark": {
			const { mask, values } = condition;
			const bits = packet.mark === undefined ? undefined : (packet.mark & mask) >>> 0;
			return matchValue(values, bits, not, `mark in the bits ${hex(mask)}`, hex);
		}
		default:
			return maybe(`it depends on ${(condition as { readonly on: string }).on}`);
	}
}

/** "Not of these types" is for ICMP alone, too. */
function matchIcmpType(
	types: readonly number[],
	not: boolean,
	{ protocol, family, icmpType }: Packet,
): Finding {
	const icmp = ICMP[family];
	if (protocol !== null && protocol !== icmp) return no(`its protocol must be ${protocolName(icmp)}`);
	return matchValue(types, protocol === null ? undefined : icmpType, not, "ICMP type", String);
}

function matchValue<T>(
	values: readonly T[],
	value: T | undefined,
	not: boolean,
	subject: string,
	render: (value: T) => string,
): Finding {
	const holds = value === undefined ? null : values.includes(value);
	return decide(holds, not, subject, values.map(render).join(" or "));
}

function hex(value: number): string {
	return `0x${value.toString(16)}`;
}

/** Networks of the other IP version are no condition. */
export function matchNetworks(
	what: "source" | "destination",
	networks: readonly string[],
	not: boolean,
	packet: Packet,
): Finding {
	const ofFamily = networksOf(networks, packet.family);
	if (ofFamily.length === 0) return YES;
	return decide(isInNetworks(ofFamily, packet[what]), not, what, describeNetworks(ofFamily));
}
