import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { InterfaceDevices } from "polywan-core/link";
import { listLimits } from "polywan-core/plan/back-end-limits";
import type { RuleFacts } from "polywan-core/plan/rule-match";
import { listRuleProblems } from "polywan-core/plan/rules";
import type { Status } from "polywan-core/status";
import { readSystemNames } from "./system-names.ts";

/** Knows what rules depend on besides links and the configuration, and tells when that changes. */
export class RuleKeeper {
	#names: Pick<RuleFacts, "zones" | "users" | "groups"> = {};
	#namesText = "";

	/** Reads the files of the system again. Gives whether anything changed that rules can refer to. */
	refresh(): boolean {
		this.#names = readSystemNames();
		const before = this.#namesText;
		this.#namesText = JSON.stringify(Object.values(this.#names).map((table) => [...table]));
		return this.#namesText !== before;
	}

	/** For `buildPlan`. */
	get facts(): RuleFacts {
		return this.#names;
	}

	/** Why rules of the model wait, or are not all they were meant to be. */
	problems(model: Model, devices: InterfaceDevices, firewall: Status["firewall"]): readonly Problem[] {
		return [...listRuleProblems(model, { ...this.facts, devices }), ...listLimits(model, firewall)];
	}
}
