import {
	familyOf,
	isLinkLocal,
	parseAddress,
	parseNetwork,
	renderAddress,
	renderNetwork,
} from "polywan-core/address";
import type { Family, PerFamily } from "polywan-core/family";
import type { LinkAddress } from "polywan-core/link";
import type { BlobTable, BlobValue } from "ubus-js/codec";

/** One interface as netifd sees it; what is of no use to us is left out. */
export interface NetifdInterface {
	readonly name: string;
	readonly up: boolean;
	/** What makes its addresses: "dhcp", "wireguard", …; empty: not told. */
	readonly proto: string;
	/** Layer-3 device; the configured one while the interface is down; null: none yet. */
	readonly device: string | null;
	readonly addresses: PerFamily<readonly LinkAddress[]>;
	readonly defaultRoutes: PerFamily<DefaultRoute | null>;
	/** Delegated IPv6 prefixes. */
	readonly prefixes: readonly string[];
	readonly dnsServers: readonly string[];
}

export interface DefaultRoute {
	/** null: the route has a device only. */
	readonly gateway: string | null;
}

/** The answer of `network.interface dump`. Entries without a name are left out. */
export function parseDump(answer: BlobTable): NetifdInterface[] {
	return listOf(answer.interface).flatMap((entry) => {
		const parsed = isTable(entry) ? parseInterface(entry) : null;
		return parsed === null ? [] : [parsed];
	});
}

/** An entry of the dump, or a notification `interface.update` or `interface.down`; null when it names no interface. */
export function parseInterface(entry: BlobTable): NetifdInterface | null {
	const name = textOf(entry.interface);
	if (name === null) return null;
	const up = entry.up === true || entry.up === 1;
	const inactive = isTable(entry.inactive) ? entry.inactive : {};
	const routes = (family: Family): DefaultRoute | null =>
		findDefaultRoute(entry.route, family) ?? findDefaultRoute(inactive.route, family);
	return {
		name,
		up,
		proto: textOf(entry.proto) ?? "",
		device: textOf(entry.l3_device) ?? textOf(entry.device),
		addresses: { 4: parseAddresses(entry["ipv4-address"], 4), 6: parseAddresses(entry["ipv6-address"], 6) },
		defaultRoutes: { 4: routes(4), 6: routes(6) },
		prefixes: parsePrefixes(entry["ipv6-prefix"]),
		dnsServers: listOf(entry["dns-server"]).flatMap((server) => canonicalAddress(server) ?? []),
	};
}

function parseAddresses(value: BlobValue | undefined, family: Family): LinkAddress[] {
	return listOf(value).flatMap((entry) => {
		if (!isTable(entry)) return [];
		const address = canonicalAddress(entry.address);
		const prefixLength = parsePrefixLength(entry.mask, family) ?? (family === 4 ? 32 : 128);
		if (address === null || familyOf(address) !== family || isLocal(address)) return [];
		return [{ address, prefixLength }];
	});
}

/** Of several default routes the one with the lowest metric; netifd leaves a metric of 0 out. */
function findDefaultRoute(value: BlobValue | undefined, family: Family): DefaultRoute | null {
	let best: { gateway: string | null; metric: number } | null = null;
	for (const route of listOf(value)) {
		if (!isTable(route) || route.mask !== 0 || (route.type !== undefined && route.type !== 1)) continue;
		const target = canonicalAddress(route.target);
		if (target !== (family === 4 ? "0.0.0.0" : "::")) continue;
		const nexthop = canonicalAddress(route.nexthop);
		const gateway = nexthop === null || nexthop === "0.0.0.0" || nexthop === "::" ? null : nexthop;
		const metric = typeof route.metric === "number" ? route.metric : 0;
		if (best === null || metric < best.metric) best = { gateway, metric };
	}
	return best === null ? null : { gateway: best.gateway };
}

function parsePrefixes(value: BlobValue | undefined): string[] {
	return listOf(value).flatMap((entry) => {
		if (!isTable(entry)) return [];
		const length = parsePrefixLength(entry.mask, 6);
		const network = length === null ? null : parseNetwork(`${textOf(entry.address) ?? ""}/${length}`);
		return network === null || network.family !== 6 ? [] : [renderNetwork(network)];
	});
}

function parsePrefixLength(value: BlobValue | undefined, family: Family): number | null {
	if (typeof value !== "number" || !Number.isInteger(value)) return null;
	return value >= 0 && value <= (family === 4 ? 32 : 128) ? value : null;
}

function canonicalAddress(value: BlobValue | undefined): string | null {
	const address = parseAddress(textOf(value) ?? "");
	return address === null ? null : renderAddress(address);
}

function isLocal(text: string): boolean {
	const address = parseAddress(text);
	return address !== null && isLinkLocal(address);
}

function listOf(value: BlobValue | undefined): readonly BlobValue[] {
	return Array.isArray(value) ? value : [];
}

function textOf(value: BlobValue | undefined): string | null {
	return typeof value === "string" && value !== "" ? value : null;
}

function isTable(value: BlobValue | undefined): value is BlobTable {
	return (
		typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
	);
}
