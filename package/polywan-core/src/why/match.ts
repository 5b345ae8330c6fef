import type { Address } from "../address.ts";
import { familyOf, networkContains, parseAddress, parseNetwork } from "../address.ts";
import { PROTOCOLS } from "../config/datatype.ts";
import type { PortRange } from "../config/model.ts";
import type { PlanRule } from "../plan/plan.ts";
import type { Packet } from "./packet.ts";

/** Whether a rule matches a packet; "maybe" where that depends on something the packet's description leaves open. */
export interface Finding {
	readonly answer: "yes" | "no" | "maybe";
	/** For "no" and "maybe": the condition that decides, such as "its source is not 10.0.0.0/8". */
	readonly reason: string;
}

const YES: Finding = { answer: "yes", reason: "" };

type Match = PlanRule["match"];

/** The conditions of a rule, one by one; the first that fails decides. */
const CONDITIONS: Readonly<Partial<Record<keyof Match, (match: Match, packet: Packet) => Finding>>> = {
	families: ({ families }, { family }) =>
		decide(families.includes(family), `it is for IPv${families.join(" and IPv")}`),
	sourceDevices: ({ sourceDevices }, { incomingDevice }) => {
		if (sourceDevices.length === 0) return YES;
		if (incomingDevice === null)
			return no("it is for packets that come in by a device, and the router's own do not");
		return decide(
			sourceDevices.includes(incomingDevice),
			`it is for packets from ${sourceDevices.join(" or ")}`,
		);
	},
	sources: ({ sources }, packet) => matchNetworks("source", sources, packet.source, packet),
	destinations: ({ destinations }, packet) =>
		matchNetworks("destination", destinations, packet.destination, packet),
	protocols: ({ protocols }, { protocol }) => {
		if (protocols.length === 0) return YES;
		const names = protocols.map(protocolName).join(" or ");
		if (protocol === null) return maybe(`its protocol must be ${names}`);
		return decide(protocols.includes(protocol), `its protocol must be ${names}`);
	},
	sourcePorts: ({ sourcePorts }, packet) => matchPorts("source", sourcePorts, packet.sourcePort),
	destinationPorts: ({ destinationPorts }, packet) =>
		matchPorts("destination", destinationPorts, packet.destinationPort),
};

/** Whether the rule's conditions hold, with the first one that does not, or that nobody can know. */
export function matchRule(rule: PlanRule, packet: Packet): Finding {
	let open: Finding | null = null;
	for (const [name, value] of Object.entries(rule.match) as [keyof Match, unknown][]) {
		const finding = CONDITIONS[name]?.(rule.match, packet) ?? unknownCondition(name, value);
		if (finding.answer === "no") return finding;
		if (finding.answer === "maybe") open ??= finding;
	}
	return open ?? YES;
}

/** "tcp", or "protocol 89". */
export function protocolName(protocol: number): string {
	for (const [name, number] of PROTOCOLS) if (number === protocol) return name;
	return `protocol ${protocol}`;
}

/** A condition on what an address does not tell: time, user, name, amount. */
function unknownCondition(name: string, value: unknown): Finding {
	const isEmpty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
	return isEmpty ? YES : maybe(`it depends on ${name}`);
}

function matchNetworks(
	what: "source" | "destination",
	networks: readonly string[],
	text: string | null,
	{ family }: Packet,
): Finding {
	const ofFamily = networks.filter((network) => familyOf(network) === family);
	if (ofFamily.length === 0) return YES;
	const reason = `its ${what} must be in ${ofFamily.join(" or ")}`;
	const address: Address | null = text === null ? null : parseAddress(text);
	if (address === null) return maybe(reason);
	const isInside = ofFamily.some((network) => contains(network, address));
	return decide(isInside, reason);
}

function contains(network: string, address: Address): boolean {
	const parsed = parseNetwork(network);
	return parsed !== null && networkContains(parsed, address);
}

function matchPorts(what: string, ranges: readonly PortRange[], port: number | null): Finding {
	if (ranges.length === 0) return YES;
	const text = ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(" or ");
	const reason = `its ${what} port must be ${text}`;
	if (port === null) return maybe(reason);
	return decide(
		ranges.some(({ from, to }) => port >= from && port <= to),
		reason,
	);
}

function decide(holds: boolean, reason: string): Finding {
	return holds ? YES : no(reason);
}

function no(reason: string): Finding {
	return { answer: "no", reason };
}

function maybe(reason: string): Finding {
	return { answer: "maybe", reason };
}
