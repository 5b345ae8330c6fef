import { lan } from "./addresses.ts";
import type { Uplink } from "./uplink.ts";

/** netifd's interface of an uplink's IPv6: wan6, but wan1_6, for wan16 could be another uplink. */
export function ipv6Interface(uplink: string): string {
	return /\d$/.test(uplink) ? `${uplink}_6` : `${uplink}6`;
}

/** /etc/config/network: lan on br-lan, <uplink> and <uplink>6 on eth1, eth2, … with metrics 10, 20, … */
export function networkConfig(ports: readonly string[], uplinks: readonly Uplink[]): string {
	return [
		section("interface", "loopback", { device: "lo", proto: "static", ipaddr: "127.0.0.1/8" }),
		section("device", null, { name: "br-lan", type: "bridge", ports }),
		section("interface", "lan", {
			device: "br-lan",
			proto: "static",
			ipaddr: `${lan.router.ipv4}/24`,
			ip6addr: `${lan.router.ipv6}/64`,
		}),
		...uplinks.flatMap(uplinkInterfaces),
	].join("");
}

function uplinkInterfaces(uplink: Uplink): string[] {
	const { name, device, l3Device, index, lease, spec } = uplink;
	const common = { device, metric: String(index * 10) };
	if (spec.proto === "static") {
		const { ipv4, ipv6 } = lease;
		const link = spec.forceLink === false ? { force_link: "0" } : {};
		return [
			section("interface", name, {
				...common,
				...link,
				proto: "static",
				ipaddr: `${ipv4.address}/${ipv4.mask}`,
				gateway: ipv4.gateway,
				dns: ipv4.dns,
			}),
			ipv6
				? section("interface", ipv6Interface(name), {
						...common,
						...link,
						proto: "static",
						ip6addr: `${ipv6.address}/${ipv6.mask}`,
						ip6gw: ipv6.gateway,
						dns: ipv6.dns,
					})
				: "",
		];
	}
	return [
		section("interface", name, { ...common, proto: spec.proto ?? "dhcp" }),
		lease.ipv6
			? section("interface", ipv6Interface(name), {
					...common,
					device: l3Device,
					proto: "dhcpv6",
					sourcefilter: spec.sourceFilter ? "1" : "0",
				})
			: "",
	];
}

/** /etc/config/firewall: zones lan and wan; wan masquerades both families. */
export function firewallConfig(uplinks: readonly Pick<Uplink, "name">[]): string {
	const networks = uplinks.flatMap(({ name }) => [name, ipv6Interface(name)]);
	return [
		section("defaults", null, { input: "REJECT", output: "ACCEPT", forward: "REJECT", drop_invalid: "1" }),
		section("zone", null, {
			name: "lan",
			network: ["lan"],
			input: "ACCEPT",
			output: "ACCEPT",
			forward: "ACCEPT",
		}),
		section("zone", null, {
			name: "wan",
			network: networks,
			input: "REJECT",
			output: "ACCEPT",
			forward: "REJECT",
			masq: "1",
			masq6: "1",
			mtu_fix: "1",
		}),
		section("forwarding", null, { src: "lan", dest: "wan" }),
		section("rule", null, {
			name: "Allow-Ping",
			src: "wan",
			proto: "icmp",
			icmp_type: "echo-request",
			family: "ipv4",
			target: "ACCEPT",
		}),
		section("rule", null, {
			name: "Allow-ICMPv6-Input",
			src: "wan",
			proto: "icmp",
			family: "ipv6",
			target: "ACCEPT",
		}),
	].join("");
}

/** /etc/config/polywan where a test gives none: every uplink with the tier and weight of its declaration, one policy for all. */
export function polywanConfig(uplinks: readonly Uplink[]): string {
	const weighted = uplinks.some(({ spec }) => spec.weight !== undefined);
	return [
		section("globals", "globals", {}),
		...uplinks.map(({ name, spec, index }) =>
			section("uplink", name, {
				tier: String(spec.tier ?? (weighted ? 1 : index)),
				weight: String(spec.weight ?? 1),
			}),
		),
		section("policy", "everything", { mode: weighted ? "weighted" : "failover" }),
		section("rule", "all", { target: "everything" }),
	].join("");
}

function section(
	type: string,
	name: string | null,
	options: Record<string, string | readonly string[]>,
): string {
	const lines = Object.entries(options).flatMap(([option, value]) =>
		typeof value === "string"
			? [`\toption ${option} '${value}'`]
			: value.map((item) => `\tlist ${option} '${item}'`),
	);
	return `config ${type}${name ? ` '${name}'` : ""}\n${lines.map((line) => `${line}\n`).join("")}\n`;
}
