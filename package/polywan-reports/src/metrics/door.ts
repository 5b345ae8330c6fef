import { networkContains, parseAddress, parseNetwork } from "polywan-core/address";
import type { MetricsModel } from "../config/model.ts";

/** What a web server says of who asks (RFC 3875, 4.1). */
export interface Visitor {
	/** REMOTE_ADDR */
	readonly address: string;
	/** The Authorization header, empty when there is none. */
	readonly authorization: string;
}

/** "shut": neither network nor token is set. "token": the right one is missing. "network": that address may not. */
export type Admission = "open" | "shut" | "network" | "token";

/** Whether the metrics may be read: what is set must hold, and something must be set. */
export function admit({ networks, token }: MetricsModel, visitor: Visitor): Admission {
	if (networks.length === 0 && token === null) return "shut";
	if (networks.length > 0 && !networks.some((network) => contains(network, visitor.address)))
		return "network";
	if (token === null) return "open";
	const [, given = ""] = /^Bearer +(.+)$/i.exec(visitor.authorization) ?? [];
	return sameText(given, token) ? "open" : "token";
}

function contains(network: string, address: string): boolean {
	const net = parseNetwork(network);
	// An IPv4 client of a socket for both comes as ::ffff:192.0.2.1.
	const of = parseAddress(address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*/, ""));
	return net !== null && of !== null && networkContains(net, of);
}

/** Takes as long for a wrong guess that begins right as for any other. */
function sameText(a: string, b: string): boolean {
	let difference = a.length ^ b.length;
	for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % b.length);
	return difference === 0;
}
