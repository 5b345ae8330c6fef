import type { Lease } from "../../lab/addresses.ts";
import type { InterfaceConfig } from "./config.ts";

export interface Route {
	target: string;
	mask: number;
	nexthop: string;
	metric: number;
	/** "address/length"; the route is for packets from there. 0.0.0.0/0 and ::/0 for all. */
	source: string;
}

export interface Address {
	address: string;
	mask: number;
	/** Of a point-to-point link. */
	ptpaddress?: string;
}

/** What an interface that is up puts on its device. */
export interface Settings {
	addresses: Address[];
	routes: Route[];
	/** Default routes that `defaultroute 0` keeps out of the kernel. */
	inactiveRoutes: Route[];
	dns: string[];
	/** Delegated IPv6 prefixes, "address/length". */
	prefixes: string[];
}

/** null: the protocol has no answer yet. */
export function buildSettings(config: InterfaceConfig, lease: Lease | null): Settings | null {
	switch (config.proto) {
		case "static":
		case "wireguard":
			return staticSettings(config);
		case "dhcp":
			return lease && leased(config, lease.ipv4, []);
		case "pppoe":
			return lease && session(config, lease.ipv4);
		case "dhcpv6":
			return lease?.ipv6 ? leased(config, lease.ipv6, [lease.ipv6.prefix]) : null;
		default:
			return { addresses: [], routes: [], inactiveRoutes: [], dns: [], prefixes: [] };
	}
}

function staticSettings(config: InterfaceConfig): Settings {
	const addresses = config.addresses.map((text) => {
		const [address = "", mask = "32"] = text.split("/");
		return { address, mask: Number(mask) };
	});
	const gateways = [config.gateway, config.gateway6].filter((gateway) => gateway !== null);
	const routes = gateways.map((gateway) => defaultRoute(gateway, config.metric, null));
	return { addresses, dns: config.dns, prefixes: [], ...activeRoutes(config, routes) };
}

function leased(
	config: InterfaceConfig,
	given: { address: string; mask: number; gateway: string; dns: string[] },
	prefixes: string[],
): Settings {
	const sources =
		given.gateway.includes(":") && config.sourceFilter
			? [`${given.address}/${given.mask}`, ...prefixes]
			: [null];
	const routes = sources.map((source) => defaultRoute(given.gateway, config.metric, source));
	return {
		addresses: [{ address: given.address, mask: given.mask }],
		dns: [...config.dns, ...(config.peerDns ? given.dns : [])],
		prefixes,
		...activeRoutes(config, routes),
	};
}

/** What PPP's IPCP would have brought. */
function session(config: InterfaceConfig, given: Lease["ipv4"]): Settings {
	const settings = leased(config, given, []);
	const { address, gateway } = given;
	return { ...settings, addresses: [{ address, mask: 32, ptpaddress: gateway }] };
}

function activeRoutes(config: InterfaceConfig, routes: Route[]): Pick<Settings, "routes" | "inactiveRoutes"> {
	return config.defaultRoute ? { routes, inactiveRoutes: [] } : { routes: [], inactiveRoutes: routes };
}

function defaultRoute(gateway: string, metric: number, source: string | null): Route {
	const any = gateway.includes(":") ? "::" : "0.0.0.0";
	return { target: any, mask: 0, nexthop: gateway, metric, source: source ?? `${any}/0` };
}

/** `ip -batch` lines that change a device from one state to another; what is in both stays untouched. */
export function diffSettings(device: string, before: Settings | null, after: Settings | null): string[] {
	const routesBefore = (before?.routes ?? []).map((route) => routeLine(device, route));
	const routesAfter = (after?.routes ?? []).map((route) => routeLine(device, route));
	const addressesBefore = (before?.addresses ?? []).map((address) => addressLine(device, address));
	const addressesAfter = (after?.addresses ?? []).map((address) => addressLine(device, address));
	const gone = (from: string[], to: string[]) => from.filter((line) => !to.includes(line));
	return [
		...gone(routesBefore, routesAfter).map((line) => `route del ${line}`),
		...gone(addressesAfter, addressesBefore).map((line) => `addr replace ${line}${nodad(line)}`),
		// Every route again: the kernel may have dropped it with the carrier or with an address.
		...routesAfter.map((line) => `route replace ${line}`),
		...gone(addressesBefore, addressesAfter).map((line) => `addr del ${line}`),
	];
}

function routeLine(device: string, route: Route): string {
	const from = route.source.endsWith("/0") ? "" : ` from ${route.source}`;
	const metric = route.metric ? ` metric ${route.metric}` : "";
	// proto static, as netifd has its routes (/etc/iproute2/rt_protos)
	return `${route.target}/${route.mask}${from} via ${route.nexthop} dev ${device} proto static${metric}`;
}

function addressLine(device: string, { address, mask, ptpaddress }: Address): string {
	const own = ptpaddress ? `${address} peer ${ptpaddress}/${mask}` : `${address}/${mask}`;
	return `${own} dev ${device}`;
}

function nodad(line: string): string {
	return line.includes(":") ? " nodad" : "";
}
