import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Status } from "polywan-core/status";

/** Policies of a mode that the back end in use, or this kernel, cannot do, and what they do instead. */
export function listModeProblems(
	model: Model,
	firewall: Status["firewall"],
	canHash: boolean,
): readonly Problem[] {
	const why = whyNoHash(firewall, canHash);
	if (why === null) return [];
	return model.policies
		.filter(({ mode }) => mode === "flow_hash")
		.map(({ name, mode }) => ({
			config: "polywan",
			section: name,
			option: "mode",
			value: mode,
			message: `${why}; the policy shares by weight (mode weighted) meanwhile`,
			severity: "error",
		}));
}

function whyNoHash(firewall: Status["firewall"], canHash: boolean): string | null {
	if (firewall === "iptables")
		return "needs nftables: the hash of iptables (HMARK) would overwrite marks of others";
	return canHash ? null : "needs a kernel with nft_hash (package kmod-nft-core)";
}
