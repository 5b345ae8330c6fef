import type { Family } from "../family.ts";
import type { Plan, PlanIpRule, PlanTable } from "../plan/plan.ts";
import { diffIp, renderIpBatch } from "./ip.ts";
import { diffIptables, parseIptablesSave } from "./iptables/save.ts";
import { renderNftRemoval } from "./nft/table.ts";

/** What of ours the kernel holds. Texts of iptables-save are null where that program is not there. */
export interface KernelState {
	readonly ipRules: readonly PlanIpRule[];
	readonly tables: readonly PlanTable[];
	readonly iptablesSave: { readonly 4: string | null; readonly 6: string | null };
}

/** Standard inputs that remove everything of ours and nothing else, in the order to run them. */
export interface Removal {
	/** For `nft -f -`; works also where the table does not exist. */
	readonly nft: string;
	/** For `iptables-restore --noflush -w` and ip6tables-restore; empty where nothing is ours. */
	readonly iptables: { readonly 4: string; readonly 6: string };
	/** For `ip -4 -force -batch -` and `ip -6 …`; empty where nothing is ours. */
	readonly ip: { readonly 4: string; readonly 6: string };
}

const NOTHING: Pick<Plan, "ipRules" | "tables"> = { ipRules: [], tables: [] };

/** Marks go first, so that no packet bears one when what gives it a meaning goes. */
export function renderRemoval(state: KernelState): Removal {
	const changes = diffIp(state, NOTHING);
	const iptables = (family: Family): string => {
		const saved = state.iptablesSave[family];
		if (saved === null) return "";
		return diffIptables(parseIptablesSave(saved), null, family)
			.map((change) => change.text)
			.join("");
	};
	return {
		nft: renderNftRemoval(),
		iptables: { 4: iptables(4), 6: iptables(6) },
		ip: { 4: renderIpBatch(changes, 4), 6: renderIpBatch(changes, 6) },
	};
}
