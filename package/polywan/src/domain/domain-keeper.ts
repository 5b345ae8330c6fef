import type { Plan } from "polywan-core/plan/plan";
import { type DomainSet, renderDropIn } from "polywan-core/render/dnsmasq";
import type { Status } from "polywan-core/status";
import { errorMessage } from "../apply/tool.ts";
import { Dnsmasq } from "./dnsmasq.ts";
import { DomainResolver } from "./domain-resolver.ts";
import { addAddresses } from "./set-filler.ts";

export interface DomainEvents {
	/** What keeps names from being recognised as they should, or null again. */
	onLimit(limit: string | null): void;
	onTrouble(trouble: string): void;
}

/** Sees to it that the sets of domains hold the addresses of their names: dnsmasq tells, and we ask ourselves. */
export class DomainKeeper {
	readonly #events: DomainEvents;
	readonly #dnsmasq = new Dnsmasq();
	readonly #resolver: DomainResolver;
	#sets: readonly DomainSet[] = [];
	#firewall: Status["firewall"] = "none";
	/** Null: what a daemon before this one told dnsmasq is not known. */
	#text: string | null = null;
	#work: Promise<void> = Promise.resolve();

	constructor(events: DomainEvents) {
		this.#events = events;
		this.#resolver = new DomainResolver((domain, addresses) => this.#add(domain, addresses));
	}

	/** The plan is in force; `rebuilt`: its sets are new, and empty. */
	applied(plan: Plan, firewall: Status["firewall"], rebuilt: boolean): void {
		const sets = plan.sets.filter((set) => set.kind === "domains");
		const text = firewall === "none" ? "" : renderDropIn(sets, firewall);
		const before = this.#sets;
		this.#sets = sets;
		this.#firewall = firewall;
		const changed = text !== this.#text || JSON.stringify(before) !== JSON.stringify(sets);
		this.#text = text;
		if (changed || (rebuilt && sets.length > 0)) this.#work = this.#work.then(() => this.#settle(rebuilt));
	}

	close(): void {
		this.#resolver.close();
	}

	async #settle(rebuilt: boolean): Promise<void> {
		const firewall = this.#firewall;
		if (firewall === "none") return;
		this.#events.onLimit(await this.#tellDnsmasq(firewall, rebuilt));
		this.#resolver.setDomains([...new Set(this.#sets.flatMap(({ domains }) => domains))], rebuilt);
	}

	/** Gives what it cannot do. Never rejects: its files come and go, and the file system they are in may be full. */
	async #tellDnsmasq(firewall: "nftables" | "iptables", rebuilt: boolean): Promise<string | null> {
		try {
			const limit = this.#sets.length === 0 ? null : await this.#dnsmasq.limit(firewall);
			const restarted = await this.#dnsmasq.setSets(limit === null ? (this.#text ?? "") : "");
			if (rebuilt && !restarted && limit === null) await this.#dnsmasq.forget();
			return limit;
		} catch (error) {
			return `dnsmasq cannot be told of them: ${errorMessage(error)}`;
		}
	}

	#add(domain: string, addresses: readonly string[]): void {
		const names = this.#sets
			.filter(({ domains }) => domains.includes(domain))
			.map(({ kernelName }) => kernelName);
		if (this.#firewall === "none" || names.length === 0 || addresses.length === 0) return;
		addAddresses(this.#firewall, names, addresses).catch((error: unknown) =>
			this.#events.onTrouble(`addresses of ${domain} cannot be kept: ${String(error)}`),
		);
	}
}
