import { parseModel } from "polywan-core/config/parse";
import type { UplinkState } from "polywan-core/health/state";
import { buildPlan } from "polywan-core/plan/build";
import { allocateKernelIds, NO_IDS } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import { parsePackage } from "uci-parser/parse";

export interface Line {
	state?: UplinkState;
	address?: string;
	device?: string;
}

const config = `
config uplink 'wan'
	option family 'ipv4'
	option weight '7'
config uplink 'wanb'
	option family 'ipv4'
	option weight '3'
config policy 'balanced'
	option mode 'weighted'
`;

/** A plan of uplinks wan and wanb, IPv4 only; one that is left out has no link. */
export function planOf(lines: { wan?: Line; wanb?: Line }, more = ""): Plan {
	const model = parseModel(parsePackage("polywan", config + more), {});
	const { ids } = allocateKernelIds(model, NO_IDS);
	const entries = Object.entries(lines).map(([uplink, line], index) => ({ uplink, line, index: index + 1 }));
	return buildPlan({
		model,
		ids,
		links: entries.map(({ uplink, line, index }) => ({
			uplink,
			family: 4,
			interface: uplink,
			device: line.device ?? `eth${index}`,
			ifindex: index,
			addresses: [{ address: line.address ?? `100.64.${index}.2`, prefixLength: 24 }],
			prefixes: [],
			gateway: `100.64.${index}.1`,
			dnsServers: [],
			mtu: 1500,
			carrier: true,
		})),
		states: entries.map(({ uplink, line }) => ({ uplink, family: 4, state: line.state ?? "up" })),
	});
}
