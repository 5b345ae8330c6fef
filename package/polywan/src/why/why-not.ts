import type { Family } from "polywan-core/family";
import { isEligible } from "polywan-core/health/state";
import type { Status } from "polywan-core/status";
import type { WhyNot } from "polywan-core/why/members";

/** Why an uplink is not used now, by the daemon's status. */
export function whyNotBy(status: Status): WhyNot {
	return (uplink, family) => renderState(status, uplink, family);
}

function renderState({ uplinks }: Status, name: string, family: Family): string | null {
	const uplink = uplinks.find((entry) => entry.name === name);
	if (uplink === undefined || uplink.state === "disabled") return null;
	const status = family === 4 ? uplink.ipv4 : uplink.ipv6;
	if (status === null) return null;
	if (uplink.wanted === "down") return "is kept down by hand (polywan auto gives it back)";
	if (isEligible(status.state, false)) return null;
	return `is ${status.state}: ${status.reason}`;
}
