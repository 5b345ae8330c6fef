import type { FirewallFacts } from "polywan-core/doctor/facts";
import { exists, readText } from "polywan-runtime/file";
import { UciError, type UciPackage, type UciValue } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";

/** Option metric of each interface of /etc/config/network. */
export function readMetrics(): ReadonlyMap<string, number> {
	const sections = readPackage("network")?.sections ?? [];
	return new Map(
		sections
			.filter(({ type }) => type === "interface")
			.map(({ name, options }) => [name, Number(options.get("metric") ?? 0) || 0]),
	);
}

/** What of /etc/config/firewall matters; null: there is none that can be read. */
export function readFirewall(): FirewallFacts | null {
	const firewall = readPackage("firewall");
	if (firewall === null) return null;
	const defaults = firewall.sections.find(({ type }) => type === "defaults");
	return {
		flowOffloading: isTrue(defaults?.options.get("flow_offloading")),
		zones: firewall.sections
			.filter(({ type, options }) => type === "zone" && options.get("enabled") !== "0")
			.map(({ name, options }) => ({
				name: String(options.get("name") ?? name),
				networks: listOf(options.get("network")),
				masquerades: isTrue(options.get("masq")),
			})),
	};
}

function readPackage(name: string): UciPackage | null {
	const path = `/etc/config/${name}`;
	if (!exists(path)) return null;
	try {
		return parsePackage(name, readText(path));
	} catch (error) {
		if (error instanceof UciError) return null;
		throw error;
	}
}

/** A plain option with blanks between its values is a list, too. */
function listOf(value: UciValue | undefined): readonly string[] {
	if (value === undefined) return [];
	return typeof value === "string" ? value.split(/\s+/).filter((word) => word !== "") : value;
}

function isTrue(value: UciValue | undefined): boolean {
	return value === "1" || value === "yes" || value === "on" || value === "true" || value === "enabled";
}
