import type { Model } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import type { Link } from "polywan-core/link";
import { lowestBit } from "polywan-core/plan/ids";
import type { PublicAddressStatus } from "polywan-core/status";
import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { familyName } from "../watch/watches.ts";
import { describeProbeError, type ProberOptions } from "./prober.ts";

/** Address and gateway come one after the other. */
const SETTLE_MS = 2000;

export interface PublicAddressEvents {
	onFound(uplink: string, family: Family, reason: string): void;
}

/** How uplinks are seen outside: on demand, and where wished after each change of their own address. */
export class PublicAddresses {
	readonly #events: PublicAddressEvents;
	readonly #known = new Map<string, PublicAddressStatus>();
	readonly #addresses = new Map<string, string>();
	readonly #timers = new Map<string, number>();
	#model: Model | null = null;
	#links: readonly Link[] = [];
	#marks: Readonly<Record<string, number>> = {};

	constructor(events: PublicAddressEvents) {
		this.#events = events;
	}

	set(model: Model, links: readonly Link[], ids: Readonly<Record<string, number>>): void {
		if (model === this.#model && links === this.#links) return;
		this.#model = model;
		this.#links = links;
		this.#marks = ids;
		for (const link of links) this.#notice(link);
	}

	close(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#timers.clear();
	}

	/** What was found last; null: nothing since the address changed. */
	known(uplink: string, family: Family): PublicAddressStatus | null {
		return this.#known.get(`${uplink} ${family}`) ?? null;
	}

	/** Asks now, in each family the uplink has. Null: there is no such uplink. */
	async find(uplink: string): Promise<readonly PublicAddressStatus[] | null> {
		if (!this.#model?.uplinks.some(({ name }) => name === uplink)) return null;
		const own = this.#links.filter((link) => link.uplink === uplink);
		return Promise.all(own.map((link) => this.#ask(link)));
	}

	methods(): Record<string, UbusMethod> {
		return {
			stun: {
				args: { uplink: "string" },
				call: async ({ uplink }) => {
					const found = typeof uplink === "string" ? await this.find(uplink) : null;
					if (found === null) throw new UbusError(ubusStatus.invalidArgument);
					return { addresses: found } as unknown as BlobTable;
				},
			},
		};
	}

	#notice(link: Link): void {
		const key = `${link.uplink} ${link.family}`;
		const text = link.addresses.map(({ address }) => address).join(" ");
		if (this.#addresses.get(key) === text) return;
		this.#addresses.set(key, text);
		this.#known.delete(key);
		clearTimeout(this.#timers.get(key) ?? 0);
		if (!this.#model?.uplinks.find(({ name }) => name === link.uplink)?.asksPublicAddress) return;
		const timer = setTimeout(() => {
			this.#timers.delete(key);
			const now = this.#links.find(({ uplink, family }) => uplink === link.uplink && family === link.family);
			if (now !== undefined) void this.#ask(now);
		}, SETTLE_MS);
		this.#timers.set(key, timer);
	}

	async #ask(link: Link): Promise<PublicAddressStatus> {
		const { uplink, family } = link;
		const status = { uplink, family: familyName(family) };
		try {
			const { findPublicAddress } = await import("./stun.ts");
			const found = await findPublicAddress(this.#options(link), this.#model?.globals.stunServers ?? []);
			const { address, port, translated, cgnat, mapping, filtering, type, server } = found;
			const whole = {
				...status,
				address,
				port,
				translated,
				cgnat,
				mapping,
				filtering,
				type,
				server,
				error: null,
			};
			const before = this.known(uplink, family);
			this.#known.set(`${uplink} ${family}`, whole);
			if (before?.address !== address || before.type !== type)
				this.#events.onFound(uplink, family, `public address ${address} (${type})`);
			return whole;
		} catch (error) {
			const none = {
				address: null,
				port: 0,
				translated: false,
				cgnat: false,
				mapping: null,
				filtering: null,
			};
			return { ...status, ...none, type: "unknown", server: "", error: describeProbeError(error) };
		}
	}

	#options({ uplink, family, device, ifindex, addresses, gateway, dnsServers }: Link): ProberOptions {
		const unit = lowestBit(this.#model?.globals.markMask ?? 0xff000000);
		return {
			uplink,
			family,
			device,
			ifindex,
			mark: (this.#marks[uplink] ?? 0) * unit,
			addresses: addresses.map(({ address }) => address),
			gateway,
			dnsServers,
			payloadBytes: 0,
			onReply: () => {},
			onFailure: () => {},
		};
	}
}
