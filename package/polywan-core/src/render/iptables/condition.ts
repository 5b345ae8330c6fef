import type { PortRange } from "../../config/port-range.ts";
import type { Family } from "../../family.ts";
import { networksOf } from "../../plan/network-list.ts";
import type { PlanCondition } from "../../plan/plan.ts";
import { ownIpset, PAIR_SIDES } from "./ipset.ts";

/** xt_multiport: XT_MULTI_PORTS; a range takes two. */
const MAX_PORTS = 15;

/**
 * One text for each value of a condition, as if it were not negated; none where it says nothing in this family.
 * `protocols`: those of the rule, which ports need.
 */
export function renderCondition(
	condition: PlanCondition,
	protocols: readonly number[],
	family: Family,
): readonly string[] {
	switch (condition.on) {
		case "source":
			return networksOf(condition.networks, family).map((network) => `-s ${network}`);
		case "destination":
			return networksOf(condition.networks, family).map((network) => `-d ${network}`);
		case "sourcePort":
		case "destinationPort": {
			const option = condition.on === "sourcePort" ? "--sports" : "--dports";
			return combine(
				protocols.map((protocol) => `-p ${protocol}`),
				renderPorts(option, condition.ports),
			);
		}
		case "protocol":
			return condition.protocols.map((protocol) => `-p ${protocol}`);
		case "icmpType":
			return renderTypes(condition, family);
		case "sourceMac":
			return condition.addresses.map((address) => `-m mac --mac-source ${address.toUpperCase()}`);
		case "dscp":
			return condition.codePoints.map(
				(codePoint) => `-m dscp --dscp 0x${codePoint.toString(16).padStart(2, "0")}`,
			);
		case "mark":
			return condition.values.map((value) => `-m mark --mark ${renderMasked(value, condition.mask)}`);
		case "sourceDevice":
			return condition.devices.map((device) => `-i ${device}`);
		case "sourceSet":
		case "destinationSet": {
			const { set, foreign } = condition;
			if (foreign !== null && !foreign.families.includes(family)) return [];
			const side = condition.on === "sourceSet" ? "src" : "dst";
			return [`-m set --match-set ${foreign?.name ?? ownIpset(set, family)} ${side}`];
		}
		case "heavy":
			return [`-m set --match-set ${ownIpset(condition.set, family)} ${PAIR_SIDES}`];
		case "user":
			return condition.ids.map((id) => `-m owner --uid-owner ${id}`);
		case "group":
			return condition.ids.map((id) => `-m owner --gid-owner ${id}`);
	}
}

/** "ICMP, but not of these types" says the protocol, too. */
function renderTypes(condition: PlanCondition & { on: "icmpType" }, family: Family): readonly string[] {
	const [protocol, match, option] =
		family === 4 ? ["icmp", "icmp", "--icmp-type"] : ["ipv6-icmp", "icmp6", "--icmpv6-type"];
	return condition.types[family].map((type) => `-p ${protocol} -m ${match} ${option} ${type}`);
}

function renderMasked(value: number, mask: number): string {
	const text = `0x${value.toString(16)}`;
	return mask === 0xffffffff ? text : `${text}/0x${mask.toString(16)}`;
}

export function renderPorts(option: string, ranges: readonly PortRange[]): readonly string[] {
	const groups: PortRange[][] = [];
	let left = 0;
	for (const range of ranges) {
		const size = range.from === range.to ? 1 : 2;
		if (size > left) {
			groups.push([]);
			left = MAX_PORTS;
		}
		left -= size;
		groups.at(-1)?.push(range);
	}
	return groups.map((group) => {
		const ports = group.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`));
		return `-m multiport ${option} ${ports.join(",")}`;
	});
}

/** Every choice of one from each list; an empty list is no condition. */
export function combine(...lists: readonly (readonly string[])[]): readonly string[] {
	let combined: readonly string[] = [""];
	for (const list of lists) {
		if (list.length > 0) combined = combined.flatMap((before) => list.map((word) => join(before, word)));
	}
	return combined;
}

export function join(...words: readonly string[]): string {
	return words.filter((word) => word !== "").join(" ");
}
