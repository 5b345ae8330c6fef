import { FAMILIES } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import {
	buildIpsets,
	IPSET_PREFIX,
	renderIpsetRemoval,
	renderIpsets,
} from "polywan-core/render/iptables/ipset";
import { hasTool, runTool } from "./tool.ts";

/** The ipsets that iptables rules of ours look into. */
export class OwnIpsets {
	/** Null: not known. */
	#present: readonly string[] | null = null;
	#made = false;

	/** Makes those of the plan that are not there. Rejects with ToolError. */
	async add(plan: Plan): Promise<void> {
		const wanted = listWanted(plan);
		const missing = wanted.filter(({ name }) => !(this.#present?.includes(name) ?? false));
		if (missing.length === 0) return;
		await runTool(["ipset", "-exist", "restore"], renderIpsets(missing));
		this.#made = true;
		this.#present = this.#present === null ? null : [...this.#present, ...missing.map(({ name }) => name)];
	}

	/** Whether any have been made since the last call. */
	takeMade(): boolean {
		const made = this.#made;
		this.#made = false;
		return made;
	}

	/** Takes those away that the plan does not have; null: all of them. Rejects with ToolError. */
	async removeOthers(plan: Plan | null): Promise<void> {
		if (!hasTool("ipset")) return;
		const wanted = new Set(plan === null ? [] : listWanted(plan).map(({ name }) => name));
		const present = this.#present ?? (await readIpsetNames()).filter((name) => name.startsWith(IPSET_PREFIX));
		const surplus = present.filter((name) => !wanted.has(name));
		if (surplus.length > 0) await runTool(["ipset", "restore"], renderIpsetRemoval(surplus));
		this.#present = present.filter((name) => wanted.has(name));
	}
}

/** Names of all sets there are; none where the kernel has no ipset. */
async function readIpsetNames(): Promise<readonly string[]> {
	try {
		return (await runTool(["ipset", "list", "-n"], "")).split("\n").filter((name) => name !== "");
	} catch {
		return [];
	}
}

function listWanted(plan: Plan): ReturnType<typeof buildIpsets> {
	return FAMILIES.flatMap((family) => buildIpsets(plan, family));
}
