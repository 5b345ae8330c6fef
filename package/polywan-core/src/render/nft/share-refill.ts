import type { Plan } from "../../plan/plan.ts";
import { renderElements } from "./ruleset.ts";
import { buildShareMaps } from "./share.ts";
import { NFT_TABLE } from "./table.ts";

// Shares that follow measurements change past the plan that a daemon saves: of one that was killed the kernel has newer ones.

/** The maps of shares that `differences` (diffNftListings) are about; null where they are about anything else. */
export function listStaleShares(differences: readonly string[]): readonly string[] | null {
	const names = new Set<string>();
	for (const line of differences) {
		const name = /^[-+] map (s_\S+) \[\d+\]: elements = /.exec(line)?.[1];
		if (name === undefined) return null;
		names.add(name);
	}
	return [...names];
}

/** The transaction that fills those maps with what `plan` has in them, whatever they hold. */
export function renderShareRefill(plan: Plan, maps: readonly string[]): string {
	return buildShareMaps(plan)
		.filter(({ name }) => maps.includes(name))
		.map(({ name, elements }) => {
			const place = `inet ${NFT_TABLE} ${name}`;
			return `flush map ${place}\nadd element ${place} { ${renderElements(elements)} }\n`;
		})
		.join("");
}
