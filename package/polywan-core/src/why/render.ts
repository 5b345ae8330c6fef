import type { Explanation, Outcome, Step } from "./explanation.ts";
import { protocolName } from "./match-value.ts";
import { renderPercent } from "./members.ts";
import type { Packet } from "./packet.ts";

const SIGNS: Readonly<Record<Step["result"], string>> = { passed: "-", open: "?", decided: "*", told: " " };

/** The whole explanation for people: the answer first, then how it came about. */
export function renderExplanation(explanation: Explanation): string {
	const lines = [
		`${renderPacket(explanation.packet)}: ${renderAnswer(explanation)}`,
		...explanation.steps.map(({ result, text }) => `  ${SIGNS[result]} ${text}`),
	];
	return `${lines.join("\n")}\n`;
}

/** "uplink wan", "one of wan 75 %, wanb 25 %", "unreachable (an ICMP error)". */
export function renderAnswer({ outcomes, isOpen }: Explanation): string {
	const likely = outcomes.filter(({ percent }) => percent > 0);
	const kept = outcomes.filter(({ percent }) => percent === 0).map(({ uplink }) => uplink);
	const where = kept.length === 0 ? "" : `; ${kept.join(" or ")} where an earlier connection is kept to`;
	const [first, ...others] = likely;
	if (first === undefined) return "nothing is known";
	if (others.length === 0) return renderOutcome(first) + where;
	if (isOpen) return `depends: ${likely.map(renderOutcome).join(", or ")}${where}`;
	const shares = likely.map(
		(outcome) => `${outcome.uplink ?? renderOutcome(outcome)} ${renderPercent(outcome.percent)}`,
	);
	return `one of ${shares.join(", ")}${where}`;
}

function renderOutcome({ kind, uplink, device }: Outcome): string {
	const by = device === null ? "" : ` (${device})`;
	switch (kind) {
		case "uplink":
			return `uplink ${uplink ?? "?"}${by}`;
		case "main":
			return device === null ? "the main routing table, which has no route" : `the main routing table${by}`;
		case "specific":
			return `a route of its own${by}`;
		case "local":
			return "the router itself";
		case "unreachable":
			return "unreachable (refused with an ICMP error)";
		case "blackhole":
			return "blackhole (dropped)";
	}
}

function renderPacket(packet: Packet): string {
	const { source, destination, protocol, sourcePort, destinationPort, incomingDevice } = packet;
	const from = `${source ?? "the router"}${sourcePort === null ? "" : ` port ${sourcePort}`}`;
	const to = `${destination}${destinationPort === null ? "" : ` port ${destinationPort}`}`;
	const by = incomingDevice === null ? ", sent by the router" : ` from ${incomingDevice}`;
	return `${from} → ${to}${protocol === null ? "" : `, ${protocolName(protocol)}`}${by}${renderDetails(packet)}`;
}

function renderDetails({ icmpType, dscp, mark, sourceMac, user, group }: Packet): string {
	const details = [
		icmpType === undefined ? "" : `ICMP type ${icmpType}`,
		dscp === undefined ? "" : `DSCP ${dscp}`,
		mark === undefined ? "" : `mark 0x${mark.toString(16)}`,
		sourceMac ?? "",
		user === undefined ? "" : `user ${user}`,
		group === undefined ? "" : `group ${group}`,
	].filter((detail) => detail !== "");
	return details.length === 0 ? "" : ` (${details.join(", ")})`;
}
