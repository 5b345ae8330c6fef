import type { Model } from "polywan-core/config/model";
import {
	type Feature,
	featuresOf,
	featuresOfUplink,
	renderIptablesTest,
	renderNftTest,
	TEST_IPSET,
} from "polywan-core/render/feature";
import { renderIpsetRemoval, renderIpsets } from "polywan-core/render/iptables/ipset";
import type { Status } from "polywan-core/status";
import { runTool } from "../apply/tool.ts";

type BackEnd = "nftables" | "iptables";

/** Finds out what rules and quotas need and the kernel or the packet filter's programs cannot do; asks about nothing that nobody needs. */
export class FeatureProbe {
	readonly #onChange: () => void;
	readonly #known = new Map<string, boolean>();
	#backEnd: BackEnd = "nftables";
	#work: Promise<void> = Promise.resolve();

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	/** What is known not to work. */
	get unsupported(): ReadonlySet<Feature> {
		const features = [...this.#known].filter(([key, works]) => key.startsWith(this.#backEnd) && !works);
		return new Set(features.map(([key]) => key.split(" ")[1] as Feature));
	}

	/** Asks for what these rules and uplinks need and is not known yet. */
	setModel({ rules, uplinks }: Model, firewall: Status["firewall"]): void {
		if (firewall === "none") return;
		this.#backEnd = firewall;
		const ofRules = rules.flatMap((rule) => {
			const { needed, wished } = featuresOf(rule);
			return [...needed, ...wished];
		});
		const features = [...ofRules, ...uplinks.flatMap(featuresOfUplink)];
		const unknown = [...new Set(features)].filter((feature) => !this.#known.has(`${firewall} ${feature}`));
		for (const feature of unknown) this.#known.set(`${firewall} ${feature}`, true);
		if (unknown.length > 0) this.#work = this.#work.then(() => this.#probe(unknown, firewall));
	}

	async #probe(features: readonly Feature[], backEnd: BackEnd): Promise<void> {
		if (await works(features, backEnd)) return;
		// Where not even nothing works the test is worth nothing.
		if (!(await works([], backEnd))) return;
		for (const feature of features) {
			if (!(await works([feature], backEnd))) this.#known.set(`${backEnd} ${feature}`, false);
		}
		this.#onChange();
	}
}

async function works(features: readonly Feature[], backEnd: BackEnd): Promise<boolean> {
	try {
		if (backEnd === "nftables") await runTool(["nft", "-c", "-f", "-"], renderNftTest(features));
		else await testIptables(features);
		return true;
	} catch {
		return false;
	}
}

async function testIptables(features: readonly Feature[]): Promise<void> {
	const needsSet = features.includes("set") || features.includes("sticky");
	if (needsSet) await runTool(["ipset", "-exist", "restore"], renderIpsets([TEST_IPSET]));
	try {
		await runTool(["iptables-restore", "-w", "--test", "--noflush"], renderIptablesTest(features));
	} finally {
		if (needsSet) await runTool(["ipset", "restore"], renderIpsetRemoval([TEST_IPSET.name]));
	}
}
