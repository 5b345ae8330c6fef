import type { FirewallFacts } from "polywan-core/doctor/facts";
import { exists, readText } from "polywan-runtime/file";
import { UciError, type UciPackage } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";
import { parseFirewall } from "./parse-firewall.ts";

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
	return firewall === null ? null : parseFirewall(firewall);
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
