import { icmpTypeNumbers, parseDscp, parseIcmpType, parseMac } from "polywan-core/config/rule-value";
import type { Family } from "polywan-core/family";
import type { PacketDetails } from "polywan-core/why/packet";
import { readSystemNames } from "../rules/system-names.ts";

/** What may be told of a connection besides addresses, protocol and ports; each as text. */
export const DETAILS = ["icmp_type", "dscp", "mark", "mac", "user", "group"] as const;

export type Details = Readonly<Partial<Record<(typeof DETAILS)[number], string>>>;

/** A detail that means nothing; in words for whoever asked. */
export class DetailError extends Error {}

export interface DetailContext {
	readonly family: Family;
	/** The router sends it. */
	readonly isOwn: boolean;
	readonly markMask: number;
}

/** Throws DetailError. */
export function parseDetails(details: Details, context: DetailContext): PacketDetails {
	const { icmp_type, dscp, mark, mac, user, group } = details;
	if (mac !== undefined && context.isOwn)
		throw new DetailError("what the router itself sends has no sender's hardware address");
	for (const name of ["user", "group"] as const)
		if (details[name] !== undefined && !context.isOwn)
			throw new DetailError(`the ${name} is known of what the router itself sends alone`);
	return {
		...(icmp_type === undefined ? {} : { icmpType: readIcmpType(icmp_type, context.family) }),
		...(dscp === undefined
			? {}
			: { dscp: orRefuse(parseDscp(dscp), `'${dscp}' is no DSCP: EF, AF41, 0 to 63`) }),
		...(mark === undefined ? {} : { mark: readMark(mark, context.markMask) }),
		...(mac === undefined ? {} : { sourceMac: orRefuse(parseMac(mac), `'${mac}' is no hardware address`) }),
		...(user === undefined ? {} : { user: readAccount("user", user) }),
		...(group === undefined ? {} : { group: readAccount("group", group) }),
	};
}

function readIcmpType(text: string, family: Family): number {
	const type = orRefuse(parseIcmpType(text), `'${text}' is no type of ICMP: echo-request, 0 to 255`);
	return orRefuse(icmpTypeNumbers(type)[family], `IPv${family} has no '${text}'`);
}

/** Rules do not see our own bits. */
function readMark(text: string, markMask: number): number {
	const mark = /^(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})$/.test(text) ? Number(text) : Number.NaN;
	if (!(mark <= 0xffffffff)) throw new DetailError(`'${text}' is no mark: 0x10`);
	if ((mark & markMask) !== 0)
		throw new DetailError(`${text} has bits that are polywan's own (mark_mask 0x${markMask.toString(16)})`);
	return mark;
}

function readAccount(kind: "user" | "group", text: string): number {
	if (/^[0-9]{1,10}$/.test(text)) return Number(text);
	return orRefuse(readSystemNames()[`${kind}s`]?.get(text), `there is no ${kind} '${text}' on the router`);
}

function orRefuse<T>(value: T | null | undefined, message: string): T {
	if (value === null || value === undefined) throw new DetailError(message);
	return value;
}
