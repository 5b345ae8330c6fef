import { parseModel } from "polywan-core/config/parse";
import { type ConfigPackage, sectionsOf, textOf } from "../edit/config.ts";
import type { Netif } from "../edit/netif.ts";
import type { Choice } from "./template.ts";

const MOST_WEIGHT = 1000;

/** What may well be chosen, by the uplinks that are there. */
export function proposeChoice(config: ConfigPackage, netifs: readonly Netif[]): Choice {
	const order = sectionsOf(config, "uplink").map(({ name }) => name);
	return {
		order,
		weights: proposeWeights(config, order),
		line: order.at(-1) ?? "",
		addresses: [],
		network: listInner(netifs)[0] ?? "",
		fallback: true,
	};
}

/** Interfaces that are no way to the Internet; those that sound like guests first, the LAN last. */
export function listInner(netifs: readonly Netif[]): readonly string[] {
	const inner = netifs.filter(({ defaultRoutes }) => defaultRoutes.length === 0).map(({ name }) => name);
	const rank = (name: string) => (/guest|gast|iot/i.test(name) ? 0 : name === "lan" ? 2 : 1);
	return inner.sort((a, b) => rank(a) - rank(b));
}

/** In proportion to the capacities, where all have one; else as they are written. */
function proposeWeights(config: ConfigPackage, order: readonly string[]): Record<string, string> {
	const { uplinks } = parseModel(config, {});
	const capacityOf = (name: string) =>
		uplinks.find((uplink) => uplink.name === name)?.downloadBitsPerSecond ?? 0;
	const least = Math.min(...order.map(capacityOf));
	const weightOf = (name: string) => {
		if (least > 0) return String(Math.min(MOST_WEIGHT, Math.round(capacityOf(name) / least)));
		const section = sectionsOf(config, "uplink").find((each) => each.name === name);
		return (section && textOf(section, "weight")) ?? "1";
	};
	return Object.fromEntries(order.map((name) => [name, weightOf(name)]));
}
