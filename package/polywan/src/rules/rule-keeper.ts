import type { Catalogue } from "polywan-core/app/catalogue";
import type { Model } from "polywan-core/config/model";
import type { Problem } from "polywan-core/config/problem";
import type { InterfaceDevices } from "polywan-core/link";
import { listLimits } from "polywan-core/plan/back-end-limits";
import type { RuleFacts } from "polywan-core/plan/rule-match";
import { listRuleProblems } from "polywan-core/plan/rules";
import type { Status } from "polywan-core/status";
import { readCatalogue } from "./catalogue-files.ts";
import { FeatureProbe } from "./feature-probe.ts";
import { RuleClock } from "./rule-clock.ts";
import { SetWatch } from "./set-watch.ts";
import { readSystemNames } from "./system-names.ts";

/** Knows what rules depend on besides links and the configuration, and tells when that changes. */
export class RuleKeeper {
	readonly #sets: SetWatch;
	readonly #clock: RuleClock;
	readonly #features: FeatureProbe;
	#names: Pick<RuleFacts, "zones" | "users" | "groups"> = {};
	#namesText = "";
	#catalogue: Catalogue | null = null;
	#troubles: readonly string[] = [];
	#domainLimit: string | null = null;

	constructor(onChange: () => void) {
		this.#sets = new SetWatch(onChange);
		this.#clock = new RuleClock(onChange);
		this.#features = new FeatureProbe(onChange);
	}

	/** Reads the files of the system again. Gives whether anything changed that rules can refer to. */
	refresh(): boolean {
		this.#names = readSystemNames();
		const isOtherTime = this.#clock.refresh();
		if (this.#catalogue !== null) this.#readCatalogue();
		const before = this.#namesText;
		const tables = [...Object.values(this.#names), this.#catalogue?.apps ?? new Map()];
		this.#namesText = JSON.stringify(tables.map((table) => [...table]));
		return this.#namesText !== before || isOtherTime;
	}

	/** The rules that matter from now on. */
	setModel(model: Model, firewall: Status["firewall"]): void {
		const conditions = model.rules.flatMap(({ match }) => match.conditions);
		const names = conditions.flatMap((condition) =>
			condition.on === "sourceSet" || condition.on === "destinationSet" ? condition.names : [],
		);
		this.#sets.setNames([...new Set(names)].sort(), firewall !== "iptables");
		this.#clock.setRules(model.rules);
		this.#features.setModel(model, firewall);
		if (this.#catalogue === null && conditions.some(({ on }) => on === "app")) this.#readCatalogue();
	}

	/** What keeps names of destinations from being recognised as they should; null: nothing. */
	setDomainLimit(limit: string | null): void {
		this.#domainLimit = limit;
	}

	/** For `buildPlan`. */
	get facts(): RuleFacts {
		const facts = {
			...this.#names,
			sets: this.#sets.sets,
			asleep: this.#clock.asleep,
			unsupported: this.#features.unsupported,
		};
		return this.#catalogue === null ? facts : { ...facts, catalogue: this.#catalogue };
	}

	/** Why rules of the model wait, or are not all they were meant to be. */
	problems(model: Model, devices: InterfaceDevices, firewall: Status["firewall"]): readonly Problem[] {
		return [
			...this.#troubles.map((message) => warning(null, message)),
			...listRuleProblems(model, { ...this.facts, devices }),
			...listLimits(model, firewall, this.#features.unsupported),
			...this.#domainProblems(model),
		];
	}

	close(): void {
		this.#sets.close();
		this.#clock.close();
	}

	#readCatalogue(): void {
		const troubles: string[] = [];
		this.#catalogue = readCatalogue((trouble) => troubles.push(trouble));
		this.#troubles = troubles;
	}

	#domainProblems(model: Model): readonly Problem[] {
		const limit = this.#domainLimit;
		if (limit === null) return [];
		const named = model.rules.filter(({ match }) =>
			match.conditions.some(({ on }) => on === "domain" || on === "app"),
		);
		const message = `${limit}: the names themselves are recognised, what is below them is not`;
		return named.map(({ name }) => warning(name, message));
	}
}

function warning(section: string | null, message: string): Problem {
	return { config: "polywan", section, option: null, value: null, message, severity: "warning" };
}
