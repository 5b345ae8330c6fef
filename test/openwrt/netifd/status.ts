import type { BlobTable, BlobValue } from "ubus-js/codec";
import type { Interface } from "./interface.ts";
import type { Route, Settings } from "./settings.ts";

/** An interface as `ubus call network.interface.<name> status` shows it. */
export function buildStatus(iface: Interface): BlobTable {
	const { config, settings } = iface;
	const common: BlobTable = {
		up: iface.up,
		pending: iface.pending,
		available: iface.device !== undefined || config.device === null,
		autostart: iface.wanted,
		dynamic: false,
	};
	const device: BlobTable = config.device ? { device: config.device } : {};
	if (!settings) return { ...common, proto: config.proto, ...device, data: {} };
	return {
		...common,
		uptime: Math.floor((performance.now() - iface.upSinceMs) / 1000),
		...(config.l3Device ? { l3_device: config.l3Device } : {}),
		proto: config.proto,
		...device,
		updated: iface.updated,
		metric: config.metric,
		dns_metric: config.dnsMetric,
		delegation: true,
		...activeSettings(settings),
		inactive: {
			"ipv4-address": [],
			"ipv6-address": [],
			route: settings.inactiveRoutes.map(showRoute),
			"dns-server": [],
			"dns-search": [],
			neighbors: [],
		},
		data: {},
	};
}

function activeSettings(settings: Settings): BlobTable {
	const isIpv6 = ({ address }: { address: string }) => address.includes(":");
	return {
		"ipv4-address": settings.addresses
			.filter((entry) => !isIpv6(entry))
			.map(({ address, mask, ptpaddress }) => ({ address, mask, ...(ptpaddress ? { ptpaddress } : {}) })),
		"ipv6-address": settings.addresses.filter(isIpv6).map(({ address, mask }) => ({ address, mask })),
		"ipv6-prefix": settings.prefixes.map((prefix) => {
			const [address = "", mask = "64"] = prefix.split("/");
			return { address, mask: Number(mask), class: "wan6", assigned: {} };
		}),
		"ipv6-prefix-assignment": [],
		route: settings.routes.map(showRoute),
		"dns-server": settings.dns,
		"dns-search": [],
		neighbors: [],
	};
}

/** netifd leaves a metric of 0 out. */
function showRoute(route: Route): { [field: string]: BlobValue } {
	const { target, mask, nexthop, metric, source } = route;
	return { target, mask, nexthop, ...(metric ? { metric } : {}), source };
}
