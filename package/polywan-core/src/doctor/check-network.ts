import type { DoctorFacts, UplinkFacts } from "./facts.ts";
import { error, type Finding, warning } from "./finding.ts";

/** netifd must know at least one of an uplink's interfaces. */
export function checkInterfaces({ uplinks, interfaces }: DoctorFacts): Finding[] {
	if (interfaces === null) return [];
	return uplinks
		.filter((uplink) => !uplink.interfaces.some((name) => interfaces.includes(name)))
		.map(({ name, interfaces: wanted }) =>
			error(
				"no-interface",
				name,
				`/etc/config/network has no interface ${wanted.join(" or ")}: the uplink is never up`,
				`make the interface, or name the right one: uci add_list polywan.${name}.interface=…`,
			),
		);
}

/** Of default routes with the same metric, main has one. */
export function checkMetrics({ uplinks }: DoctorFacts): Finding[] {
	const withIpv4 = uplinks.filter(({ ipv4 }) => ipv4 !== null);
	if (withIpv4.length < 2) return [];
	const groups = new Map<number, UplinkFacts[]>();
	for (const uplink of withIpv4) groups.set(uplink.metric, [...(groups.get(uplink.metric) ?? []), uplink]);
	return [...groups].flatMap(([metric, group]) => {
		if (group.length < 2) return [];
		const names = group.map(({ ipv4 }) => ipv4?.interface ?? "");
		const what = metric === 0 ? "no metric" : `the same metric ${metric}`;
		const commands = names.map((name, index) => `uci set network.${name}.metric=${(index + 1) * 10}`);
		return [
			warning(
				"equal-metrics",
				names.join(", "),
				`${names.join(" and ")} have ${what}: the main table keeps one of their default routes, and whatever does not go by polywan depends on which`,
				`${commands.join("; ")}; uci commit network; reload_config`,
			),
		];
	});
}

/** Its table is away after `/etc/init.d/firewall stop` and `nft flush ruleset`. */
export function checkFirewall({ firewall4Running }: DoctorFacts): Finding[] {
	if (firewall4Running !== false) return [];
	return [
		error(
			"no-firewall",
			"",
			"the firewall's own rules (table inet fw4) are gone: private addresses are not masqueraded, and nothing keeps the Internet out",
			"/etc/init.d/firewall restart",
		),
	];
}

export function checkZones({ uplinks, firewall }: DoctorFacts): Finding[] {
	if (firewall === null) return [];
	return uplinks.flatMap(({ name, ipv4 }) => {
		if (ipv4 === null) return [];
		const zone = firewall.zones.find(({ networks }) => networks.includes(ipv4.interface));
		if (zone === undefined) {
			return [
				error(
					"no-zone",
					name,
					`${ipv4.interface} is in no firewall zone: the firewall forwards nothing to it`,
					"add it to the zone wan: uci add_list firewall.@zone[1].network=… ; uci commit firewall; reload_config",
				),
			];
		}
		if (zone.masquerades) return [];
		return [
			warning(
				"no-masquerade",
				name,
				`zone ${zone.name} of ${ipv4.interface} does not masquerade: private addresses leave as they are and get no answer`,
				`option masq '1' in zone ${zone.name} of /etc/config/firewall, unless the provider routes your addresses`,
			),
		];
	});
}

/**
 * Connections that are offloaded meet no rules any more. One whose entry polywan deletes is taken back: by the kernel at once, by devices
 * when the kernel next looks, each second (nf_flow_offload_gc_step); of kernels that refuse to delete it no supported one is left.
 */
export function checkOffloading({ firewall }: DoctorFacts): Finding[] {
	if (firewall?.flowOffloading !== true) return [];
	return [
		warning(
			"flow-offloading",
			"",
			firewall.hardwareOffloading === true
				? "hardware flow offloading is on: connections of an uplink that dies are taken back up to two seconds later than others, and what passes in hardware is missing in what is counted: heavy rules, usage of hosts, limits of quotas, least_used and overflow"
				: "flow offloading is on: connections of an uplink that dies move as others do, but offloaded packets meet no rules: limits of quotas and usage of hosts miss them",
			`uci set firewall.@defaults[0].flow_offloading${firewall.hardwareOffloading === true ? "_hw" : ""}=0; uci commit firewall; reload_config`,
		),
	];
}

/** A tunnel's packets that are not known as such are balanced like any others: into itself, or over a line that is dead. */
export function checkTunnels({ looseTunnels }: DoctorFacts): Finding[] {
	return looseTunnels.map((name) =>
		warning(
			"no-endpoint",
			name,
			"the uplink is a tunnel whose far end is not known: its own packets may be sent into itself, and stay with a dead uplink below it",
			`give its address: uci add_list polywan.${name}.endpoint=…; uci commit polywan; reload_config`,
		),
	);
}

/** A provider's resolver often answers its own customers alone, and tells who asks what. */
export function checkResolvers({ resolvers }: DoctorFacts): Finding[] {
	return resolvers
		.filter(({ device, ownDevices }) => device !== null && !ownDevices.includes(device))
		.map(({ server, uplinks, device }) =>
			warning(
				"dns-leak",
				server,
				`the name server ${server} of ${uplinks.join(", ")} is asked over ${device}: it may refuse, and another provider sees what is asked`,
				`a rule for it: uci set polywan.dns_${uplinks[0]}=rule; option dest_ip '${server}', option dest_port '53', option target '${uplinks[0]}'`,
			),
		);
}
