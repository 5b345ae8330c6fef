import type { Family } from "../../family.ts";
import { FAMILIES } from "../../family.ts";
import type { Plan, PlanShare } from "../../plan/plan.ts";
import { uplinkChain, verdictChain } from "./chain-name.ts";
import type { NftSet } from "./ruleset.ts";
import { ipWord } from "./word.ts";

/** Protocols with ports where TCP has them: tcp, udp, dccp, sctp, udplite. */
const WITH_PORTS = "6, 17, 33, 132, 136";

/** Any number: but another would move flows when the program is upgraded. */
const HASH_SEED = "0x706f6c79";

/** Map of the slots of a policy in one family, where they change while connections come. */
export function shareMapName(kernelName: string, family: Family): string {
	return `s_${kernelName}_${family}`;
}

/** One for however many slots there are: a definition cannot be changed. With a size, the hash is one of that size: faster. */
const SHARE_MAP = ["typeof numgen inc mod 1024 : verdict", "size 1024"];

/** Slots are elements of a map: changing them touches no rule. */
export function buildShareMaps(plan: Plan): readonly NftSet[] {
	return FAMILIES.filter((family) => plan.managed[family]).flatMap((family) =>
		plan.policies.flatMap(({ kernelName, shares }): NftSet[] => {
			const share = shares[family];
			if (share.kind === "verdict") return [];
			const elements = share.slots.map((id, slot): [string, string] => [
				String(slot),
				`goto ${uplinkChain(id)}`,
			]);
			const name = shareMapName(kernelName, family);
			return [{ kind: "map", name, definition: SHARE_MAP, elements: new Map(elements) }];
		}),
	);
}

/** The rules of a policy's chain. `map`: the name of its map of slots. */
export function renderShare(
	share: PlanShare,
	comment: string,
	map: string,
	family: Family,
): readonly string[] {
	const words = `comment "${comment}"`;
	if (share.kind === "verdict") return [`goto ${verdictChain(share.verdict)} ${words}`];
	const size = share.slots.length;
	return share.kind === "hash"
		? renderHash(size, words, map, family)
		: [`numgen inc mod ${size} vmap @${map} ${words}`];
}

/** The rule of the chain of an uplink that rules name: to it, or to the verdict where it takes no connections. */
export function renderUplinkShare(share: PlanShare, id: number, comment: string): string {
	const chain = share.kind === "verdict" ? verdictChain(share.verdict) : uplinkChain(id);
	return `goto ${chain} comment "${comment}"`;
}

function renderHash(size: number, words: string, map: string, family: Family): readonly string[] {
	const ip = ipWord(family);
	const pair = `${ip} saddr . ${ip} daddr . meta l4proto`;
	const place = `mod ${size} seed ${HASH_SEED} vmap @${map} ${words}`;
	return [
		`meta l4proto { ${WITH_PORTS} } jhash ${pair} . th sport . th dport ${place}`,
		`jhash ${pair} ${place}`,
	];
}
