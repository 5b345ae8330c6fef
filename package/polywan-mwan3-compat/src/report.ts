import { buildInterfaces, type Facts, type Interface } from "./interface.ts";
import { ageOf, type Connected, interfaceName } from "./ubus-status.ts";

// The texts of mwan3's verbs. Each part ends with an empty line.

/** What is missing of an interface, as mwan3 adds it up. */
const FAULT = { all: 31, route: 16 } as const;

/** `mwan3 interfaces`; `nowMs`: wall clock. */
export function renderInterfaces(facts: Facts, nowMs: number): string {
	const lines = buildInterfaces(facts).map((entry) => renderLine(entry, nowMs));
	return `${["Interface status:", ...lines].join("\n")}\n\n`;
}

function renderLine(entry: Interface, nowMs: number): string {
	const detail = renderDetail(entry, nowMs);
	return ` interface ${entry.name} is ${entry.status} and tracking is ${entry.tracking}${detail === "" ? "" : ` (${detail})`}`;
}

function renderDetail(entry: Interface, nowMs: number): string {
	if (entry.status === "online")
		return `online ${renderTime(ageOf(entry, nowMs))}, uptime ${renderTime(entry.uptimeS)}`;
	if (!entry.enabled) return String(FAULT.all);
	return entry.hasLink ? "" : String(FAULT.route);
}

/** "00h:01m:09s" */
function renderTime(seconds: number): string {
	const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
	return `${two(seconds / 3600)}h:${two((seconds % 3600) / 60)}m:${two(seconds % 60)}s`;
}

/** `mwan3 policies` */
export function renderPolicies(facts: Facts): string {
	const interfaces = buildInterfaces(facts);
	const part = (version: "ipv4" | "ipv6"): string => {
		const lines = facts.status.policies.flatMap((policy) => {
			const shares = policy[version].map(
				({ uplink, percent }) => ` ${interfaceName(interfaces, uplink, version)} (${Math.round(percent)}%)`,
			);
			return [`${policy.name}:`, ...(shares.length > 0 ? shares : [` ${policy.last_resort}`])];
		});
		return `${[`Current ${version} policies:`, ...lines].join("\n")}\n\n`;
	};
	return part("ipv4") + part("ipv6");
}

/** `mwan3 connected` */
export function renderConnected(connected: Connected): string {
	const part = (version: "ipv4" | "ipv6"): string =>
		`${[`Directly connected ${version} networks:`, ...connected[version]].join("\n")}\n\n`;
	return part("ipv4") + part("ipv6");
}

/** `mwan3 rules` */
export function renderRules({ status, model }: Facts): string {
	const part = (version: "ipv4" | "ipv6"): string => {
		const family = version === "ipv4" ? 4 : 6;
		const lines = status.rules.flatMap(({ name, match }) => {
			const rule = model.rules.find((entry) => entry.name === name);
			if (rule === undefined || !rule.match.families.includes(family)) return [];
			return [` - ${"name" in rule.target ? rule.target.name : rule.target.kind}  ${match}`];
		});
		return `${[`Active ${version} user rules:`, ...lines].join("\n")}\n\n`;
	};
	return part("ipv4") + part("ipv6");
}

/** `mwan3` alone, or with a verb it does not have. */
export const HELP = `Syntax: mwan3 [command]

Available commands:
	start                   Start polywan, and at every boot
	stop                    Stop polywan, and do not start it at boot
	restart                 Restart polywan
	ifup <iface>            Use an interface again
	ifdown <iface>          Do not use an interface
	interfaces              Show interfaces status
	policies                Show currently active policies
	connected               Show directly connected networks
	rules                   Show active rules
	status                  Show all status
	internal <ipv4|ipv6>    Show internal configuration <default: ipv4>
	use <iface> <cmd>       Run a command over an interface

`;
