import type { RpcTable } from "ubus-js/browser";

/** A netifd interface, as far as it matters here. */
export interface Netif {
	readonly name: string;
	readonly device: string;
	readonly up: boolean;
	readonly proto: string;
	readonly addresses: readonly string[];
	/** Has, or may have, a way to the Internet. */
	readonly defaultRoutes: readonly ("ipv4" | "ipv6")[];
	readonly metric: number;
}

type Table = { readonly [name: string]: unknown };

/** The answer of `network.interface dump`; loopback is left out. */
export function parseNetifs(answer: RpcTable): Netif[] {
	return tables(answer.interface)
		.map((entry) => ({
			name: String(entry.interface),
			device: String(entry.l3_device ?? entry.device ?? ""),
			up: entry.up === true,
			proto: String(entry.proto ?? ""),
			addresses: [...tables(entry["ipv4-address"]), ...tables(entry["ipv6-address"])].map(({ address }) =>
				String(address),
			),
			defaultRoutes: tables(entry.route)
				.filter(({ mask }) => mask === 0)
				.map(({ target }) => (String(target).includes(":") ? ("ipv6" as const) : ("ipv4" as const))),
			metric: Number(entry.metric ?? 0),
		}))
		.filter(({ name }) => name !== "loopback");
}

/** One line to the Internet: netifd has its IPv4 and its IPv6 as interfaces of their own. */
export interface Line {
	readonly name: string;
	readonly interfaces: readonly Netif[];
}

/** Interfaces with a default route, those on one device together, in the order netifd prefers them. */
export function findLines(netifs: readonly Netif[]): Line[] {
	const outward = netifs
		.filter(({ defaultRoutes }) => defaultRoutes.length > 0)
		.sort((a, b) => a.metric - b.metric);
	const lines = new Map<string, Netif[]>();
	for (const netif of outward) lines.set(netif.device, [...(lines.get(netif.device) ?? []), netif]);
	return [...lines.values()].map((interfaces) => {
		const named = interfaces.find(({ defaultRoutes }) => defaultRoutes.includes("ipv4")) ?? interfaces[0];
		return { name: named?.name ?? "", interfaces };
	});
}

/** What `list interface` must name: nothing where polywan finds the interfaces by the uplink's name. */
export function interfaceList({ name, interfaces }: Line): string[] {
	const usual = [name, `${name}6`, `${name}_6`];
	const names = interfaces.map((netif) => netif.name);
	return names.every((each) => usual.includes(each)) ? [] : names;
}

function tables(value: unknown): Table[] {
	return Array.isArray(value)
		? value.filter((each): each is Table => typeof each === "object" && each !== null)
		: [];
}
