import type { FirewallFacts } from "polywan-core/doctor/facts";
import type { UciPackage, UciValue } from "uci-parser/config";

/** What of /etc/config/firewall matters. */
export function parseFirewall({ sections }: UciPackage): FirewallFacts {
	const defaults = sections.find(({ type }) => type === "defaults")?.options;
	const offloads = isTrue(defaults?.get("flow_offloading"));
	return {
		flowOffloading: offloads,
		hardwareOffloading: offloads && isTrue(defaults?.get("flow_offloading_hw")),
		zones: sections
			.filter(({ type, options }) => type === "zone" && options.get("enabled") !== "0")
			.map(({ name, options }) => ({
				name: String(options.get("name") ?? name),
				networks: listOf(options.get("network")),
				masquerades: isTrue(options.get("masq")),
			})),
	};
}

/** A plain option with blanks between its values is a list, too. */
function listOf(value: UciValue | undefined): readonly string[] {
	if (value === undefined) return [];
	return typeof value === "string" ? value.split(/\s+/).filter((word) => word !== "") : value;
}

function isTrue(value: UciValue | undefined): boolean {
	return value === "1" || value === "yes" || value === "on" || value === "true" || value === "enabled";
}
