import type { NamedSet } from "polywan-core/plan/rule-match";
import { NETLINK_NETFILTER } from "../netlink/kernel-socket.ts";
import { NetlinkListener } from "../netlink/listener.ts";
import { NFTABLES_GROUP, parseNftNews } from "../netlink/nft-news.ts";
import { readIpsets, readNftSets } from "./set-reader.ts";

/** Many elements come one by one. */
const SETTLE_MS = 200;
/** ipset tells nobody when a set is made. */
const LOOK_MS = 2000;

/** Keeps what is known of the sets that rules name. */
export class SetWatch {
	readonly #onChange: () => void;
	#names: readonly string[] = [];
	#isNft = true;
	#sets: ReadonlyMap<string, NamedSet> = new Map();
	#text = "";
	#listener: NetlinkListener | null = null;
	#timer: number | null = null;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	get sets(): ReadonlyMap<string, NamedSet> {
		return this.#sets;
	}

	/** Which sets matter, and in which back end. */
	setNames(names: readonly string[], isNft: boolean): void {
		if (isNft === this.#isNft && names.join(" ") === this.#names.join(" ")) return;
		this.#names = names;
		this.#isNft = isNft;
		this.#listener?.close();
		this.#listener = names.length > 0 && isNft ? this.#listen() : null;
		this.#readIn(0);
	}

	close(): void {
		this.#names = [];
		this.#listener?.close();
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	#listen(): NetlinkListener {
		return new NetlinkListener(
			NETLINK_NETFILTER,
			NFTABLES_GROUP,
			({ type, payload }) => {
				const news = parseNftNews(type, payload);
				if (news?.kind !== "object") return;
				const isTableGone = news.removed && news.set === null && news.chain === null;
				if (isTableGone || (news.set !== null && this.#names.includes(news.set))) this.#readIn(SETTLE_MS);
			},
			() => this.#readIn(SETTLE_MS),
		);
	}

	#readIn(delayMs: number): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#read(), delayMs);
	}

	async #read(): Promise<void> {
		const names = this.#names;
		try {
			this.#sets = await (this.#isNft ? readNftSets(names) : readIpsets(names));
		} catch {
			// As if they were not there; the next look may say more.
			this.#sets = new Map();
		}
		if (names !== this.#names) return;
		const before = this.#text;
		this.#text = JSON.stringify([...this.#sets]);
		if (!this.#isNft && names.some((name) => !this.#sets.has(name))) this.#readIn(LOOK_MS);
		if (this.#text !== before) this.#onChange();
	}
}
