import { isIdle } from "polywan-core/plan/idle";
import type { Plan } from "polywan-core/plan/plan";
import { listElementDifferences, renderNftChange } from "polywan-core/render/nft/change";
import {
	COMPARED_TABLE,
	diffNftListings,
	normaliseNftListing,
	renderNftComparison,
	renderNftComparisonEnd,
} from "polywan-core/render/nft/listing";
import { diffShareElements } from "polywan-core/render/nft/share-elements";
import { listStaleShares, renderShareRefill } from "polywan-core/render/nft/share-refill";
import { buildNftRuleset, NFT_TABLE, renderNft, renderNftRemoval } from "polywan-core/render/nft/table";
import { renderNftResets, type TcpTuple } from "polywan-core/render/resets";
import { readChainCounters, readMapCounters } from "../netlink/nft-counters.ts";
import { buildElement, parseElementFormat } from "../netlink/nft-element.ts";
import { type ElementReplacement, ElementWriter } from "../netlink/nft-elements.ts";
import { readNftTables } from "../netlink/nftables.ts";
import { type Counter, type Firewall, sumCounters } from "./firewall.ts";
import { runTool, ToolError } from "./tool.ts";

/** More are left to nft, which takes as long however many they are. */
const MOST_ELEMENTS = 64;

const RULE_CHAINS = ["rules4", "rules6"];

/** A table of our own; every change is one transaction. */
export class NftablesFirewall implements Firewall {
	readonly name = "nftables";
	#rebuilt = false;
	readonly #elements = new ElementWriter(NFT_TABLE);

	async change(before: Plan | null, after: Plan): Promise<boolean> {
		if (before !== null) {
			const few = this.#changeElements(before, after);
			if (few !== null) return few;
			const text = renderNftChange(before, after);
			if (text === "") return false;
			try {
				await runNft(text);
				if (text.startsWith(renderNftRemoval())) this.#rebuilt = true;
				return true;
			} catch (error) {
				// Somebody changed the table meanwhile: the whole of it is right in any case.
				if (!(error instanceof ToolError)) throw error;
			}
		}
		await runNft(renderNft(after));
		this.#rebuilt = true;
		return true;
	}

	/** Where a few elements are all that changes; gives whether there were any, null where nft has to do it. */
	#changeElements(before: Plan, after: Plan): boolean | null {
		const replacements: ElementReplacement[] = [];
		const differences = listElementDifferences(before, after, MOST_ELEMENTS);
		for (const { set, removed, added } of differences ?? []) {
			const format = parseElementFormat(set.definition);
			if (format === null) return null;
			const gone = removed.map(([key]) => buildElement(format, key, ""));
			const come = added.map(([key, value]) => buildElement(format, key, value));
			if ([...gone, ...come].includes(null)) return null;
			replacements.push({ set: set.name, removed: withoutNull(gone), added: withoutNull(come) });
		}
		if (differences === null) return null;
		try {
			this.#elements.replace(replacements);
			return replacements.length > 0;
		} catch {
			return null;
		}
	}

	async adopt(plan: Plan): Promise<boolean> {
		const stale = listStaleShares(await this.diff(plan));
		if (stale === null) return false;
		if (stale.length > 0) await runNft(renderShareRefill(plan, stale));
		return true;
	}

	takeRebuilt(): boolean {
		const rebuilt = this.#rebuilt;
		this.#rebuilt = false;
		return rebuilt;
	}

	changeShares(before: Plan, after: Plan, kernelNames: readonly string[]): boolean {
		const changes = diffShareElements(before, after, kernelNames);
		if (changes === null) return false;
		try {
			this.#elements.write(changes);
			return true;
		} catch {
			// Somebody changed the table meanwhile, or the kernel is short of memory: `change` says what it is.
			return false;
		}
	}

	async reset(_plan: Plan, tuples: readonly TcpTuple[]): Promise<void> {
		await runNft(renderNftResets(tuples));
	}

	async diff(plan: Plan): Promise<readonly string[]> {
		const tables = readNftTables();
		const actual = tables.includes(`inet ${NFT_TABLE}`) ? await listTable(NFT_TABLE) : "";
		if (isIdle(plan)) return diffNftListings(normaliseNftListing(actual), []);
		await runNft(renderNftComparison(plan));
		try {
			return diffNftListings(
				normaliseNftListing(actual),
				normaliseNftListing(await listTable(COMPARED_TABLE)),
			);
		} finally {
			await runNft(renderNftComparisonEnd());
		}
	}

	/** Straight from the kernel: nft would read the whole table first. */
	async counters(plan: Plan): Promise<ReadonlyMap<string, Counter>> {
		const { sets, chains } = buildNftRuleset(plan);
		const maps = sets.filter((set) => set.kind === "map" && set.definition.includes("counter"));
		const lists = chains.filter(({ name }) => RULE_CHAINS.includes(name));
		return sumCounters([
			...maps.flatMap(({ name }) => readMapCounters(NFT_TABLE, name)),
			...lists.flatMap(({ name }) => readChainCounters(NFT_TABLE, name)),
		]);
	}

	close(): void {
		this.#elements.close();
	}

	async remove(): Promise<void> {
		const tables = readNftTables();
		if (tables.includes(`inet ${COMPARED_TABLE}`)) await runNft(renderNftComparisonEnd());
		if (tables.includes(`inet ${NFT_TABLE}`)) await runNft(renderNftRemoval());
	}
}

function withoutNull(elements: readonly (Uint8Array | null)[]): readonly Uint8Array[] {
	return elements.filter((element) => element !== null);
}

async function runNft(text: string): Promise<string> {
	return runTool(["nft", "-f", "-"], text);
}

async function listTable(table: string): Promise<string> {
	return runTool(["nft", "--stateless", "list", "table", "inet", table], "");
}
