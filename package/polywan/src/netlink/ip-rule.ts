import type { Family } from "polywan-core/family";
import type { PlanIpRule } from "polywan-core/plan/plan";
import { readAddress } from "./address.ts";
import { parseAttributes, readHost32 } from "./message.ts";

// struct fib_rule_hdr and its attributes: include/uapi/linux/fib_rules.h.

/** RTM_GETRULE */
export const GET_RULE = 34;

const HEADER_BYTES = 12;
const FRA_DST = 1;
const FRA_SRC = 2;
const FRA_IIFNAME = 3;
const FRA_PRIORITY = 6;
const FRA_FWMARK = 10;
const FRA_SUPPRESS_PREFIXLEN = 14;
const FRA_TABLE = 15;
const FRA_FWMASK = 16;
const FRA_OIFNAME = 17;
const FR_ACT_TO_TBL = 1;
const FR_ACT_BLACKHOLE = 6;
const FR_ACT_UNREACHABLE = 7;
const NO_SUPPRESSION = 0xffffffff;

/** Payload of GET_RULE as a dump. */
export function buildRuleDump(family: Family): Uint8Array {
	const payload = new Uint8Array(HEADER_BYTES);
	payload[0] = family === 4 ? 2 : 10;
	return payload;
}

/** One rule of a dump; null when it does what no plan contains, e.g. goto. */
export function parseIpRule(family: Family, payload: Uint8Array): PlanIpRule | null {
	if (payload.length < HEADER_BYTES) return null;
	const attributes = parseAttributes(payload.subarray(HEADER_BYTES));
	const action = parseAction(payload, attributes);
	if (action === null) return null;
	const mark = readHost32(attributes.get(FRA_FWMARK)) ?? 0;
	const mask = readHost32(attributes.get(FRA_FWMASK)) ?? 0;
	const destination = attributes.get(FRA_DST);
	const source = attributes.get(FRA_SRC);
	return {
		family,
		priority: readHost32(attributes.get(FRA_PRIORITY)) ?? 0,
		fwmark: mask === 0 ? null : { value: mark, mask },
		from: source === undefined ? null : `${readAddress(source)}/${payload[2]}`,
		to: destination === undefined ? null : `${readAddress(destination)}/${payload[1]}`,
		incomingInterface: parseName(attributes.get(FRA_IIFNAME)),
		outgoingInterface: parseName(attributes.get(FRA_OIFNAME)),
		action,
	};
}

function parseAction(payload: Uint8Array, attributes: Map<number, Uint8Array>): PlanIpRule["action"] | null {
	switch (payload[7]) {
		case FR_ACT_TO_TBL: {
			const suppressed = readHost32(attributes.get(FRA_SUPPRESS_PREFIXLEN)) ?? NO_SUPPRESSION;
			return {
				kind: "lookup",
				table: readHost32(attributes.get(FRA_TABLE)) ?? payload[4] ?? 0,
				suppressPrefixLength: suppressed === NO_SUPPRESSION ? null : suppressed,
			};
		}
		case FR_ACT_BLACKHOLE:
			return { kind: "blackhole" };
		case FR_ACT_UNREACHABLE:
			return { kind: "unreachable" };
		default:
			return null;
	}
}

function parseName(data: Uint8Array | undefined): string | null {
	if (data === undefined) return null;
	const end = data.indexOf(0);
	return String.fromCharCode(...data.subarray(0, end < 0 ? data.length : end));
}
