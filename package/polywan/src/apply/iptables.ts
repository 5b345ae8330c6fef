import { FAMILIES, type Family } from "polywan-core/family";
import type { Plan } from "polywan-core/plan/plan";
import { CHAIN_PREFIX } from "polywan-core/render/iptables/ruleset";
import {
	diffIptables,
	diffTables,
	type IptablesChange,
	type IptablesSave,
	parseIptablesCounters,
	parseIptablesSave,
	renderIptablesChange,
	renderIptablesDifferences,
} from "polywan-core/render/iptables/save";
import { renderIptablesShares } from "polywan-core/render/iptables/share";
import { buildIptables } from "polywan-core/render/iptables/tables";
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
	/** Families in which the last change failed: the next is tried before anything is done. */
	readonly #failed = new Set<Family>();

	async change(before: Plan | null, after: Plan): Promise<boolean> {
		const sets = this.#sets.add(after);
		// Each family waits for them; where one failed before that, nobody would.
		sets.catch(() => {});
		const changed = await Promise.all(
			FAMILIES.map(async (family) => {
				const isTrusted = !this.#failed.has(family);
				this.#failed.add(family);
				const isChanged = await changeFamily({ before, after, family, sets, isTrusted });
				this.#failed.delete(family);
				return isChanged;
			}),
		);
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

interface FamilyChange {
	readonly before: Plan | null;
	readonly after: Plan;
	readonly family: Family;
	/** Done when there are the ipsets that rules look into. */
	readonly sets: Promise<void>;
	/** Whether nothing says that the rules may be refused. */
	readonly isTrusted: boolean;
}

async function changeFamily({ before, after, family, sets, isTrusted }: FamilyChange): Promise<boolean> {
	if (before !== null) {
		await sets;
		try {
			return await restore(renderIptablesChange(before, after, family), family);
		} catch (error) {
			// Somebody changed what was there: what is there now decides.
			if (!(error instanceof ToolError)) throw error;
		}
	}
	if (!after.managed[family] && !hasTool(program(family, "save"))) return false;
	const reading = readSaved(family);
	// Meanwhile the reader is at work.
	const wanted = buildIptables(after, family);
	const saved = await reading;
	await sets;
	const changes = diffTables(saved, wanted);
	if (isWithoutOurs(saved)) {
		if (!isTrusted) await tryOut(changes, family);
		return begin(changes, family);
	}
	const changed = await restore(changes, family);
	if (after.resetConnections && after.managed[family] && hasResets(saved))
		await runTool([program(family, "restore"), "-w", "--noflush"], renderIptablesResets([], family));
	return changed;
}

/** Tables are committed one by one, so all are tried first where there are several. */
async function restore(changes: readonly IptablesChange[], family: Family): Promise<boolean> {
	if (changes.length > 1) await tryOut(changes, family);
	return commit(changes, family);
}

async function tryOut(changes: readonly IptablesChange[], family: Family): Promise<void> {
	if (changes.length === 0) return;
	await runTool([program(family, "restore"), "-w", "--noflush", "--test"], textOf(changes));
}

/**
 * Where nothing of ours is yet, trying takes longer than doing. What is committed when a later table fails does nothing by itself,
 * and is taken away again.
 */
async function begin(changes: readonly IptablesChange[], family: Family): Promise<boolean> {
	try {
		return await commit(changes, family);
	} catch (error) {
		await readSaved(family)
			.then((saved) => restore(diffIptables(saved, null, family), family))
			.catch(() => {});
		throw error;
	}
}

async function commit(changes: readonly IptablesChange[], family: Family): Promise<boolean> {
	if (changes.length === 0) return false;
	await runTool([program(family, "restore"), "-w", "--noflush"], textOf(changes));
	return true;
}

function textOf(changes: readonly IptablesChange[]): string {
	return changes.map((change) => change.text).join("");
}

function isWithoutOurs(saved: IptablesSave): boolean {
	return [...saved.values()].every(({ chains, jumps }) => chains.size === 0 && jumps.length === 0);
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
