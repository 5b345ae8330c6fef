import type { Plan } from "polywan-core/plan/plan";
import { isOurRule, isOurTable } from "polywan-core/render/ip";
import { CHAIN_PREFIX, IPTABLES_TABLES } from "polywan-core/render/iptables/ruleset";
import { isFilledSet } from "polywan-core/render/nft/listing";
import { NFT_TABLE } from "polywan-core/render/nft/table";
import { parseIpRule } from "../netlink/ip-rule.ts";
import { NETLINK_NETFILTER, NETLINK_ROUTE } from "../netlink/kernel-socket.ts";
import { NetlinkListener } from "../netlink/listener.ts";
import { hostIsLittleEndian, type NetlinkMessage } from "../netlink/message.ts";
import { WITHOUT_OUR_ELEMENTS } from "../netlink/nft-elements.ts";
import { NFTABLES_GROUP, type NftNews, parseNftNews } from "../netlink/nft-news.ts";
import { parseRouteTable } from "../netlink/route.ts";
import type { Culprit, KernelPart } from "./repair.ts";
import { isOwnPort } from "./tool.ts";
import { XtablesWatch } from "./xtables-watch.ts";

const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_NEWRULE = 32;
const RTM_DELRULE = 33;
/** RTNLGRP_IPV4_ROUTE 7, IPV4_RULE 8, IPV6_ROUTE 11, IPV6_RULE 19 as bits of a socket's groups. */
const ROUTING_GROUPS = (1 << 6) | (1 << 7) | (1 << 10) | (1 << 18);

/**
 * Lets through rules, and routes of tables above 255: others' routes (a full BGP table changes many times a second) do not even
 * wake us. Offsets: nlmsg_type, whose high byte is 0, and rtm_table, which is RT_TABLE_COMPAT for such tables.
 */
const ROUTING_FILTER = [
	[0x30, 0, 0, hostIsLittleEndian ? 4 : 5],
	[0x35, 2, 0, RTM_NEWRULE],
	[0x30, 0, 0, 20],
	[0x15, 0, 1, 252],
	[0x06, 0, 0, 0xffffffff],
	[0x06, 0, 0, 0],
] as const;

/** Where iptables on nf_tables keeps its rules. */
const IPTABLES_NFT_TABLES = new Set(IPTABLES_TABLES.flatMap((table) => [`ip ${table}`, `ip6 ${table}`]));

/** Notices when somebody else changes what is ours in the kernel. */
export class KernelWatch {
	readonly #onForeign: (part: KernelPart, culprit: Culprit) => void;
	readonly #listeners: readonly NetlinkListener[];
	readonly #xtables = new XtablesWatch(() => this.#ownChanges === 0 && this.#tell("packet filter"));
	#backEnd: "nftables" | "iptables" = "nftables";
	#range: Pick<Plan, "priorityBase" | "tableBase"> | null = null;
	#ownChanges = 0;
	#touched = false;

	/** Throws SystemError; a kernel without nf_tables has no such news. */
	constructor(onForeign: (part: KernelPart, culprit: Culprit) => void) {
		this.#onForeign = onForeign;
		// More was told than could be held: anything may have been changed, by us or by others.
		const routing = new NetlinkListener(
			NETLINK_ROUTE,
			ROUTING_GROUPS,
			(message) => this.#takeRouting(message),
			() => this.#lose("routing"),
			ROUTING_FILTER,
		);
		const filter = new NetlinkListener(
			NETLINK_NETFILTER,
			NFTABLES_GROUP,
			(message) => this.#takeFilter(message),
			() => this.#lose("packet filter"),
			WITHOUT_OUR_ELEMENTS,
		);
		this.#listeners = [routing, filter];
	}

	/** Where our rules and tables are. */
	setRange(range: Pick<Plan, "priorityBase" | "tableBase">): void {
		this.#range = range;
	}

	/** Who carries the marks. */
	setBackEnd(backEnd: "nftables" | "iptables"): void {
		this.#backEnd = backEnd;
		if (backEnd === "iptables") this.#xtables.start();
		else this.#xtables.close();
	}

	/**
	 * Runs a change of our own: what the kernel tells of the programs it runs, and what the kernel does because of them, is not
	 * news. Others' changes meanwhile are.
	 */
	async duringOwnChange<T>(change: () => Promise<T>): Promise<T> {
		this.#drain();
		this.#ownChanges++;
		try {
			return await change();
		} finally {
			// The kernel tells before the program that made the change can end: it is all there to be read.
			this.#drain();
			this.#ownChanges--;
			if (this.#backEnd === "iptables") this.#xtables.accept();
		}
	}

	close(): void {
		for (const listener of this.#listeners) listener.close();
		this.#xtables.close();
	}

	#drain(): void {
		for (const listener of this.#listeners) listener.receive();
	}

	#takeRouting({ type, port, payload }: NetlinkMessage): void {
		const range = this.#range;
		if (range === null || this.#isOwn(port)) return;
		const culprit = port === 0 ? "kernel" : "program";
		if (type === RTM_NEWROUTE || type === RTM_DELROUTE) {
			if (isOurTable(parseRouteTable(payload), range)) this.#tell("routing", culprit);
		} else if (type === RTM_NEWRULE || type === RTM_DELRULE) {
			const rule = parseIpRule(payload[0] === 2 ? 4 : 6, payload);
			if (rule !== null && isOurRule(rule, range)) this.#tell("routing", culprit);
		}
	}

	/** A transaction's objects come first, its end last. */
	#takeFilter({ type, port, payload }: NetlinkMessage): void {
		if (this.#isOwn(port)) return;
		const news = parseNftNews(type, payload);
		if (news?.kind === "object" && this.#isOurs(news)) this.#touched = true;
		if (news?.kind !== "committed") return;
		if (this.#touched) this.#tell("packet filter");
		this.#touched = false;
	}

	#isOwn(port: number): boolean {
		return isOwnPort(port) || (port === 0 && this.#ownChanges > 0);
	}

	#isOurs({ table, removed, chain, set }: Extract<NftNews, { kind: "object" }>): boolean {
		// Those are there for others, such as dnsmasq, to fill.
		if (set !== null && isFilledSet(set)) return false;
		if (this.#backEnd === "nftables") return table === `inet ${NFT_TABLE}`;
		if (table === null || !IPTABLES_NFT_TABLES.has(table)) return false;
		return removed || (chain?.startsWith(CHAIN_PREFIX) ?? false);
	}

	/** More was told than could be held. After a large change of our own that is no reason to do it again. */
	#lose(part: KernelPart): void {
		if (this.#ownChanges === 0) this.#tell(part);
	}

	#tell(part: KernelPart, culprit: Culprit = "program"): void {
		this.#onForeign(part, culprit);
	}
}
