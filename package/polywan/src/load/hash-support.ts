import type { Model } from "polywan-core/config/model";
import { runTool } from "../apply/tool.ts";

/** A rule of the kind that mode flow_hash needs, tried without being put in force. */
const TRIAL = [
	"add table inet polywan_trial",
	"add chain inet polywan_trial hash",
	"add rule inet polywan_trial hash meta mark set jhash ip saddr . ip daddr mod 2 seed 0x1",
	"",
].join("\n");

/** Whether this kernel can hash flows: nft_hash is a module that may be missing. Asked only when a policy needs it. */
export class HashSupport {
	readonly #onMissing: () => void;
	#asked = false;
	#missing = false;

	/** `onMissing`: it turned out that it cannot. */
	constructor(onMissing: () => void) {
		this.#onMissing = onMissing;
	}

	/** As far as is known. */
	get isThere(): boolean {
		return !this.#missing;
	}

	setModel(model: Model): void {
		if (this.#asked || !model.policies.some(({ mode }) => mode === "flow_hash")) return;
		this.#asked = true;
		runTool(["nft", "--check", "-f", "-"], TRIAL).catch(() => {
			this.#missing = true;
			this.#onMissing();
		});
	}
}
