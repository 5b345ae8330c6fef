import type { Firewall, Redirect, Verdict, Zone } from "./config.ts";

export interface IptablesScript {
	/** For iptables-restore or ip6tables-restore with --noflush. */
	text: string;
	/** [table, built-in chain, own chain]: jumps that must be there once. */
	jumps: [table: string, from: string, to: string][];
}

/**
 * The same policy as renderNft for routers whose firewall is iptables (fw3): chains of its own, to be replaced as
 * a whole, and jumps to them. Of the configuration's rules only those that accept ports of the router are here; ping
 * and ICMPv6 are always accepted.
 */
export function renderIptables(firewall: Firewall, family: "ipv4" | "ipv6"): IptablesScript {
	const zones = firewall.zones.filter(({ devices }) => devices.length > 0);
	const masquerading = zones.filter(({ masq, masq6 }) => (family === "ipv4" ? masq : masq6));
	const icmp = family === "ipv4" ? "icmp --icmp-type echo-request" : "ipv6-icmp";
	const filter = [
		...start("fw_input", "-i lo", firewall),
		`-A fw_input -p ${icmp} -j ACCEPT`,
		...openPorts(firewall),
		...zones.flatMap((zone) => verdicts("fw_input", zone, "-i", zone.input)),
		...verdict("fw_input", "", firewall.input),
		...start("fw_output", "-o lo", firewall),
		...zones.flatMap((zone) => verdicts("fw_output", zone, "-o", zone.output)),
		...verdict("fw_output", "", firewall.output),
		...start("fw_forward", null, firewall),
		"-A fw_forward -m conntrack --ctstate DNAT -j ACCEPT",
		...zones.flatMap((zone) => forwards(zone, firewall)),
		...verdict("fw_forward", "", firewall.forward),
	];
	const nat = masquerading.flatMap(({ devices }) =>
		devices.map((device) => `-A fw_srcnat -o ${device} -j MASQUERADE`),
	);
	const redirects = firewall.redirects
		.filter(({ destIp }) => destIp.includes(":") === (family === "ipv6"))
		.flatMap((redirect) => renderRedirect(redirect, zones));
	const text = [
		"*filter",
		":fw_input - [0:0]",
		":fw_output - [0:0]",
		":fw_forward - [0:0]",
		...filter,
		"COMMIT",
		"*nat",
		":fw_srcnat - [0:0]",
		":fw_dstnat - [0:0]",
		...nat,
		...redirects,
		"COMMIT",
		"",
	].join("\n");
	return {
		text,
		jumps: [
			["filter", "INPUT", "fw_input"],
			["filter", "OUTPUT", "fw_output"],
			["filter", "FORWARD", "fw_forward"],
			["nat", "POSTROUTING", "fw_srcnat"],
			["nat", "PREROUTING", "fw_dstnat"],
		],
	};
}

function openPorts({ rules, zones }: Firewall): string[] {
	const open = rules.filter(({ dest, target, destPort }) => dest === null && target === "accept" && destPort);
	return open.flatMap(({ src, protocols, destPort }) => {
		const devices = zones.find(({ name }) => name === src)?.devices ?? [];
		const ports = (destPort ?? "").replaceAll("-", ":").split(/\s+/).join(",");
		return devices.flatMap((device) =>
			protocols.map(
				(protocol) => `-A fw_input -i ${device} -p ${protocol} -m multiport --dports ${ports} -j ACCEPT`,
			),
		);
	});
}

function renderRedirect({ src, protocols, srcDport, destIp, destPort }: Redirect, zones: Zone[]): string[] {
	const devices = zones.find(({ name }) => name === src)?.devices ?? [];
	const address = destIp.includes(":") ? `[${destIp}]` : destIp;
	const to = destPort ? `${address}:${destPort}` : address;
	const port = srcDport ? ` --dport ${srcDport}` : "";
	return devices.flatMap((device) =>
		protocols.map(
			(protocol) => `-A fw_dstnat -i ${device} -p ${protocol}${port} -j DNAT --to-destination ${to}`,
		),
	);
}

function start(chain: string, loopback: string | null, firewall: Firewall): string[] {
	return [
		...(loopback ? [`-A ${chain} ${loopback} -j ACCEPT`] : []),
		`-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
		...(firewall.dropInvalid ? [`-A ${chain} -m conntrack --ctstate INVALID -j DROP`] : []),
	];
}

function forwards(zone: Zone, firewall: Firewall): string[] {
	const targets = firewall.forwardings
		.filter(({ src }) => src === zone.name)
		.flatMap(({ dest }) => firewall.zones.find(({ name }) => name === dest)?.devices ?? []);
	const within = zone.forward === "accept" ? zone.devices : [];
	return zone.devices.flatMap((device) =>
		[...targets, ...within].map((to) => `-A fw_forward -i ${device} -o ${to} -j ACCEPT`),
	);
}

function verdicts(chain: string, zone: Zone, by: "-i" | "-o", given: Verdict): string[] {
	return zone.devices.flatMap((device) => verdict(chain, `${by} ${device} `, given));
}

function verdict(chain: string, match: string, given: Verdict): string[] {
	if (given !== "reject") return [`-A ${chain} ${match}-j ${given.toUpperCase()}`];
	return [`-A ${chain} ${match}-p tcp -j REJECT --reject-with tcp-reset`, `-A ${chain} ${match}-j REJECT`];
}
