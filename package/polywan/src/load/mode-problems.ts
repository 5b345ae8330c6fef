import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { Status } from "polywan-core/status";

/** Policies of a mode that the back end in use cannot do, and what they do instead. */
export function listModeProblems(model: Model, firewall: Status["firewall"]): readonly Problem[] {
	if (firewall !== "iptables") return [];
	return model.policies
		.filter(({ mode }) => mode === "flow_hash")
		.map(({ name, mode }) => ({
			config: "polywan",
			section: name,
			option: "mode",
			value: mode,
			message:
				"needs nftables: the hash of iptables (HMARK) would overwrite marks of others; the policy shares by weight (mode weighted) meanwhile",
			severity: "error",
		}));
}
