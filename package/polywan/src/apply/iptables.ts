import { FAMILIES, type Family } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import { CHAIN_PREFIX } from "polywan-core/render/iptables/ruleset";
import {
	diffIptables,
	type IptablesChange,
	type IptablesSave,
	parseIptablesCounters,
	parseIptablesSave,
	renderIptablesChange,
	renderIptablesDifferences,
} from "polywan-core/render/iptables/save";
import { renderIptablesShares } from "polywan-core/render/iptables/share";
import { renderIptablesResets, type TcpTuple } from "polywan-core/render/resets";
import { monotonicMs } from "polywan-runtime/clock";
import { type Counter, type Firewall, sumCounters } from "./firewall.ts";
import { OwnIpsets } from "./ipset.ts";
import { hasTool, runTool, ToolError } from "./tool.ts";

/** As long as nftables keeps them. */
const RESET_MS = 60_000;

/** Chains of our own in raw, filter, nat and mangle, hooked into the kernel's; those that are right are not touched. */
export class IptablesFirewall implements Firewall {
	readonly name = "iptables";
	#resets: { readonly tuple: TcpTuple; readonly untilMs: number }[] = [];
	#resetEnd: number | null = null;
	readonly #sets = new OwnIpsets();

	async change(before: Plan | null, after: Plan): Promise<boolean> {
		await this.#sets.add(after);
		const changed = await Promise.all(FAMILIES.map((family) => changeFamily(before, after, family)));
		await this.#sets.removeOthers(after);
		return changed.includes(true);
	}

	/** What is there is read before each change that does not know it; ipsets stay in any case. */
	async adopt(): Promise<boolean> {
		return false;
	}

	takeRebuilt(): boolean {
		return this.#sets.takeMade();
	}

	async changeShares(_before: Plan, after: Plan, kernelNames: readonly string[]): Promise<boolean> {
		try {
			await Promise.all(
				FAMILIES.map(async (family) => {
					const text = renderIptablesShares(after, family, kernelNames);
					if (text !== "") await runTool([program(family, "restore"), "-w", "--noflush"], text);
				}),
			);
			return true;
		} catch (error) {
			if (!(error instanceof ToolError)) throw error;
			return false;
		}
	}

	async reset(plan: Plan, tuples: readonly TcpTuple[]): Promise<void> {
		const nowMs = monotonicMs();
		this.#resets = this.#resets.filter(({ untilMs }) => untilMs > nowMs);
		for (const tuple of tuples) this.#resets.push({ tuple, untilMs: nowMs + RESET_MS });
		if (this.#resetEnd !== null) clearTimeout(this.#resetEnd);
		this.#resetEnd =
			this.#resets.length === 0 ? null : setTimeout(() => void this.#endResets(plan), RESET_MS);
		await this.#writeResets(plan);
	}

	async diff(plan: Plan): Promise<readonly string[]> {
		const lines = await Promise.all(
			FAMILIES.map(async (family) => {
				const saved = await readSaved(family);
				return renderIptablesDifferences(diffIptables(saved, plan, family), family);
			}),
		);
		return lines.flat();
	}

	async counters(plan: Plan): Promise<ReadonlyMap<string, Counter>> {
		const families = FAMILIES.filter((family) => plan.managed[family]);
		const texts = await Promise.all(
			families.map((family) => runTool([program(family, "save"), "-c", "-t", "mangle"], "")),
		);
		return sumCounters(texts.flatMap(parseIptablesCounters));
	}

	async remove(): Promise<void> {
		this.close();
		for (const family of FAMILIES) {
			if (hasTool(program(family, "save")))
				await restore(diffIptables(await readSaved(family), null, family), family);
		}
		await this.#sets.removeOthers(null);
	}

	close(): void {
		if (this.#resetEnd !== null) clearTimeout(this.#resetEnd);
		this.#resetEnd = null;
	}

	async #endResets(plan: Plan): Promise<void> {
		try {
			await this.reset(plan, []);
		} catch {
			// The next change that fails says why; resets of connections that are gone do no harm meanwhile.
		}
	}

	async #writeResets(plan: Plan): Promise<void> {
		const tuples = this.#resets.map(({ tuple }) => tuple);
		await Promise.all(
			FAMILIES.filter((family) => plan.managed[family]).map((family) =>
				runTool([program(family, "restore"), "-w", "--noflush"], renderIptablesResets(tuples, family)),
			),
		);
	}
}

async function changeFamily(before: Plan | null, after: Plan, family: Family): Promise<boolean> {
	if (before !== null) {
		try {
			return await restore(renderIptablesChange(before, after, family), family);
		} catch (error) {
			// Somebody changed what was there: what is there now decides.
			if (!(error instanceof ToolError)) throw error;
		}
	}
	if (!after.managed[family] && !hasTool(program(family, "save"))) return false;
	const saved = await readSaved(family);
	const changed = await restore(diffIptables(saved, after, family), family);
	if (after.resetConnections && after.managed[family] && hasResets(saved))
		await runTool([program(family, "restore"), "-w", "--noflush"], renderIptablesResets([], family));
	return changed;
}

/** Tables are committed one by one, so all are tried first where there are several. */
async function restore(changes: readonly IptablesChange[], family: Family): Promise<boolean> {
	if (changes.length === 0) return false;
	const text = changes.map((change) => change.text).join("");
	const tool = program(family, "restore");
	if (changes.length > 1) await runTool([tool, "-w", "--noflush", "--test"], text);
	await runTool([tool, "-w", "--noflush"], text);
	return true;
}

async function readSaved(family: Family): Promise<IptablesSave> {
	return parseIptablesSave(await runTool([program(family, "save")], ""));
}

function hasResets(saved: IptablesSave): boolean {
	return (saved.get("nat")?.chains.get(`${CHAIN_PREFIX}reset`)?.length ?? 0) > 0;
}

function program(family: Family, verb: "save" | "restore"): string {
	return `${family === 4 ? "iptables" : "ip6tables"}-${verb}`;
}
