import type { Family } from "polywan-core/family";
import type { PlanIpRule } from "polywan-core/plan/plan";
import { readAddress } from "./address.ts";
import { eachAttribute, hostIsLittleEndian, viewOf } from "./message.ts";

// struct fib_rule_hdr and its attributes: include/uapi/linux/fib_rules.h.

/** RTM_GETRULE */
export const GET_RULE = 34;

const HEADER_BYTES = 12;
const FRA_DST = 1;
const FRA_SRC = 2;
const FRA_IIFNAME = 3;
const FRA_GOTO = 4;
const FRA_PRIORITY = 6;
const FRA_FWMARK = 10;
const FRA_SUPPRESS_PREFIXLEN = 14;
const FRA_TABLE = 15;
const FRA_FWMASK = 16;
const FRA_OIFNAME = 17;
const FR_ACT_TO_TBL = 1;
const FR_ACT_GOTO = 2;
const FR_ACT_NOP = 3;
const FR_ACT_BLACKHOLE = 6;
const FR_ACT_UNREACHABLE = 7;
const NO_SUPPRESSION = 0xffffffff;

/** Payload of GET_RULE as a dump. */
export function buildRuleDump(family: Family): Uint8Array {
	const payload = new Uint8Array(HEADER_BYTES);
	payload[0] = family === 4 ? 2 : 10;
	return payload;
}

/** One rule of a dump; null when it does what no plan contains, e.g. prohibit. */
export function parseIpRule(family: Family, payload: Uint8Array): PlanIpRule | null {
	if (payload.length < HEADER_BYTES) return null;
	const view = viewOf(payload);
	const number = (at: number): number => view.getUint32(at, hostIsLittleEndian);
	let [priority, mark, mask, table] = [0, 0, 0, payload[4] ?? 0];
	let suppressed: number | null = null;
	let target = 0;
	let from: string | null = null;
	let to: string | null = null;
	let incomingInterface: string | null = null;
	let outgoingInterface: string | null = null;
	eachAttribute(view, HEADER_BYTES, (type, at, end) => {
		if (type === FRA_PRIORITY) priority = number(at);
		else if (type === FRA_FWMARK) mark = number(at);
		else if (type === FRA_FWMASK) mask = number(at);
		else if (type === FRA_TABLE) table = number(at);
		else if (type === FRA_GOTO) target = number(at);
		else if (type === FRA_SUPPRESS_PREFIXLEN) suppressed = number(at);
		else if (type === FRA_SRC) from = `${readAddress(payload.subarray(at, end))}/${payload[2]}`;
		else if (type === FRA_DST) to = `${readAddress(payload.subarray(at, end))}/${payload[1]}`;
		else if (type === FRA_IIFNAME) incomingInterface = parseName(payload.subarray(at, end));
		else if (type === FRA_OIFNAME) outgoingInterface = parseName(payload.subarray(at, end));
	});
	const suppressPrefixLength = suppressed === NO_SUPPRESSION ? null : suppressed;
	const kind = payload[7] ?? 0;
	const action: PlanIpRule["action"] | null =
		kind === FR_ACT_GOTO
			? { kind: "goto", priority: target }
			: parseAction(kind, table, suppressPrefixLength);
	if (action === null) return null;
	const fwmark = mask === 0 ? null : { value: mark, mask };
	return { family, priority, fwmark, from, to, incomingInterface, outgoingInterface, action };
}

function parseAction(
	kind: number,
	table: number,
	suppressPrefixLength: number | null,
): PlanIpRule["action"] | null {
	if (kind === FR_ACT_TO_TBL) return { kind: "lookup", table, suppressPrefixLength };
	if (kind === FR_ACT_NOP) return { kind: "nop" };
	if (kind === FR_ACT_BLACKHOLE) return { kind: "blackhole" };
	return kind === FR_ACT_UNREACHABLE ? { kind: "unreachable" } : null;
}

function parseName(data: Uint8Array): string {
	const end = data.indexOf(0);
	return String.fromCharCode(...data.subarray(0, end < 0 ? data.length : end));
}
