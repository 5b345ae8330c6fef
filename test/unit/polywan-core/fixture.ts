import type { Model } from "polywan-core/config/model";
import { parseModel } from "polywan-core/config/parse";
import { FAMILIES } from "polywan-core/family";
import type { UplinkState } from "polywan-core/health/state";
import type { Link } from "polywan-core/link";
import type { PlanInput } from "polywan-core/plan/build";
import { allocateKernelIds, NO_IDS } from "polywan-core/plan/ids";
import { parsePackage } from "uci-parser/parse";

/** The n-th uplink of the lab's addressing: device `w<n>`, 100.64.n.2/24 behind .1, 2001:db8:n::2/64 behind fe80::n. */
export function linksOf(name: string, n: number): readonly Link[] {
	const shared = { uplink: name, device: `w${n}`, ifindex: 10 + n, dnsServers: [], mtu: 1500, carrier: true };
	return [
		{
			...shared,
			family: 4,
			interface: name,
			addresses: [{ address: `100.64.${n}.2`, prefixLength: 24 }],
			prefixes: [],
			gateway: `100.64.${n}.1`,
		},
		{
			...shared,
			family: 6,
			interface: `${name}6`,
			addresses: [{ address: `2001:db8:${n}::2`, prefixLength: 64 }],
			prefixes: [`2001:db8:${n}:f0::/60`],
			gateway: `fe80::${n}`,
		},
	];
}

export function modelOf(text: string): Model {
	return parseModel(parsePackage("polywan", text), {});
}

/** Everything `buildPlan` needs, every uplink of the configuration with its link and in `state`. */
export function planInput(text: string, state: UplinkState = "up"): PlanInput {
	const model = modelOf(text);
	return {
		model,
		links: model.uplinks.flatMap((uplink, index) => linksOf(uplink.name, index + 1)),
		states: model.uplinks.flatMap(({ name }) => FAMILIES.map((family) => ({ uplink: name, family, state }))),
		ids: allocateKernelIds(model, NO_IDS).ids,
		devices: new Map([
			["lan", "br-lan"],
			["guest", "br-guest"],
		]),
	};
}

/** The same with one uplink in another state. */
export function withState(input: PlanInput, uplink: string, state: UplinkState): PlanInput {
	return {
		...input,
		states: input.states.map((entry) => (entry.uplink === uplink ? { ...entry, state } : entry)),
	};
}

/** `count` uplinks of equal tier and weight, named u1…, in a weighted policy. */
export function manyUplinks(count: number, rules: number): string {
	const lines = ["config policy 'all'", "\toption mode weighted"];
	for (let n = 1; n <= count; n++) lines.push(`config uplink 'u${n}'`, `\toption weight ${(n % 7) + 1}`);
	for (let n = 1; n <= rules; n++) {
		lines.push(`config rule 'r${n}'`, `\toption dest_ip 10.${n >> 8}.${n & 255}.0/24`, "\toption proto tcp");
		lines.push(`\toption dest_port ${n}`, `\toption target ${n % 2 === 0 ? "all" : `u${(n % count) + 1}`}`);
	}
	return lines.join("\n");
}

export const THREE_UPLINKS = `
config globals 'globals'
	option default_policy 'balanced'
	list bypass '10.99.0.0/16'
config uplink 'wan'
	option weight 7
config uplink 'wanb'
	option weight 3
config uplink 'lte'
	option tier 2
config policy 'balanced'
	option mode weighted
config member
	option policy balanced
	option uplink wan
config member
	option policy balanced
	option uplink wanb
config policy 'backup'
config policy 'strict'
	option last_resort blackhole
config member
	option policy strict
	option uplink lte
config rule 'gaming'
	option proto udp
	option dest_port '3074 27000-27100'
	option target lte
config rule 'guests'
	option src_iface guest
	option src_ip '192.168.7.0/24 fd00:7::/64'
	option target backup
config rule 'printer'
	option src_ip 192.168.1.50
	option target unreachable
config rule 'direct'
	option dest_ip '198.51.100.0/24 203.0.113.0/24'
	option target default
`;
