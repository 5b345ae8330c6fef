import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { InterfaceDevices } from "polywan-core/link";
import type { RuleFacts } from "polywan-core/plan/rule-match";
import { listRuleProblems } from "polywan-core/plan/rules";
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

	/** Why rules of the model wait. */
	problems(model: Model, devices: InterfaceDevices): readonly Problem[] {
		return listRuleProblems(model, { ...this.facts, devices });
	}
}
