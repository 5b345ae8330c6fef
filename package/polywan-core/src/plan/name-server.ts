import type { Family, PerFamily } from "../family.ts";
import type { Link } from "../link.ts";

/** An uplink as its name servers need it. */
export interface ServedUplink {
	readonly links: PerFamily<Link | null>;
	readonly eligible: PerFamily<boolean>;
}

/** Queries to `from` are answered by `to`. */
export interface StandIn {
	readonly from: string;
	readonly to: string;
}

/** Name servers that one uplink alone has: providers answer their own customers. What several have is reached over any of them. */
export function findOwnNameServers<Uplink extends ServedUplink>(
	uplinks: readonly Uplink[],
	family: Family,
): readonly { readonly server: string; readonly uplink: Uplink }[] {
	const owners = new Map<string, Uplink[]>();
	for (const uplink of uplinks) {
		for (const server of new Set(uplink.links[family]?.dnsServers))
			owners.set(server, [...(owners.get(server) ?? []), uplink]);
	}
	return [...owners].flatMap(([server, [uplink, ...others]]) =>
		uplink === undefined || others.length > 0 ? [] : [{ server, uplink }],
	);
}

/**
 * Who answers in place of the name servers of uplinks that do not work. dnsmasq goes on asking the server that answered last, and
 * would for seconds, whatever the network tells it.
 */
export function buildStandIns(uplinks: readonly ServedUplink[], family: Family): readonly StandIn[] {
	const working = uplinks.filter(({ eligible }) => eligible[family]);
	const [to] = working.flatMap(({ links }) => links[family]?.dnsServers ?? []);
	if (to === undefined) return [];
	return findOwnNameServers(uplinks, family).flatMap(({ server, uplink }) =>
		uplink.eligible[family] ? [] : [{ from: server, to }],
	);
}
