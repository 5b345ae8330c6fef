import type { PlanRule } from "../plan/plan.ts";
import { matchCondition, matchNetworks } from "./condition.ts";
import type { Finding } from "./finding.ts";
import { decide, maybe, no, YES } from "./finding.ts";
import { describePorts, isInPorts, protocolName } from "./match-value.ts";
import type { Packet } from "./packet.ts";
import { type SetFacts, UNKNOWN_SETS } from "./set-facts.ts";

type Match = PlanRule["match"];
type Matches = (match: Match, packet: Packet, sets: SetFacts) => Finding;

/** The parts of a match, one by one; the first that fails decides. */
const PARTS: Readonly<Partial<Record<keyof Match, Matches>>> = {
	families: ({ families }, { family }) =>
		families.includes(family) ? YES : no(`it is for IPv${families.join(" and IPv")}`),
	sourceDevices: ({ sourceDevices }, { incomingDevice }) => {
		if (sourceDevices.length === 0) return YES;
		if (incomingDevice === null)
			return no("it is for packets that come in by a device, and the router's own do not");
		const reason = `it is for packets from ${sourceDevices.join(" or ")}`;
		return sourceDevices.includes(incomingDevice) ? YES : no(reason);
	},
	sources: ({ sources }, packet) => matchNetworks("source", sources, false, packet),
	destinations: ({ destinations }, packet) => matchNetworks("destination", destinations, false, packet),
	protocols: ({ protocols }, { protocol }) => {
		if (protocols.length === 0) return YES;
		const holds = protocol === null ? null : protocols.includes(protocol);
		return decide(holds, false, "protocol", protocols.map(protocolName).join(" or "));
	},
	sourcePorts: ({ sourcePorts: ports }, { sourcePort }) =>
		ports.length === 0
			? YES
			: decide(isInPorts(ports, sourcePort), false, "source port", describePorts(ports)),
	destinationPorts: ({ destinationPorts: ports }, { destinationPort }) =>
		ports.length === 0
			? YES
			: decide(isInPorts(ports, destinationPort), false, "destination port", describePorts(ports)),
	conditions: ({ conditions }, packet, sets) =>
		firstThatFails(conditions.map((condition) => matchCondition(condition, packet, sets))),
};

/** Whether the rule's conditions hold, with the first one that does not, or that nobody can know. */
export function matchRule(rule: PlanRule, packet: Packet, sets: SetFacts = UNKNOWN_SETS): Finding {
	const parts = Object.entries(rule.match) as [keyof Match, unknown][];
	return firstThatFails(
		parts.map(([name, value]) => PARTS[name]?.(rule.match, packet, sets) ?? matchUnknown(name, value)),
	);
}

function firstThatFails(findings: readonly Finding[]): Finding {
	return (
		findings.find(({ answer }) => answer === "no") ?? findings.find(({ answer }) => answer === "maybe") ?? YES
	);
}

/** A part of a match that this knows nothing of. */
function matchUnknown(name: string, value: unknown): Finding {
	const isEmpty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
	return isEmpty ? YES : maybe(`it depends on ${name}`);
}
