import type { Model, Uplink } from "polywan-core/config/model";
import type { Plan } from "polywan-core/plan/plan";
import { listNeeded, type Need, type StandbyFacts } from "polywan-core/policy/standby";
import { monotonicMs } from "polywan-runtime/clock";
import type { UbusConnection } from "ubus-js/bus";
import { Reviver } from "./reviver.ts";

/** An uplink that was brought up and does not work is brought up anew; it waits twice as long each time. */
const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 600_000;

interface Charge {
	uplink: Uplink;
	/** What netifd was told last; null: nothing yet. */
	told: "up" | "down" | null;
	needed: boolean;
	retryMs: number;
	/** Takes it down, or brings it up anew. */
	timer: number | null;
	failed: boolean;
	upSinceMs: number;
}

/** Has netifd bring uplinks on cold standby up and down, and helps those that stay down. */
export class ColdStandby {
	readonly #bus: UbusConnection;
	readonly #tell: (uplink: string, reason: string) => void;
	readonly #onFailed: () => void;
	readonly #strainedTier: StandbyFacts["strainedTier"];
	readonly #reviver: Reviver;
	readonly #charges = new Map<string, Charge>();
	#plan: Plan | null = null;

	/** `onFailed`: one that was needed does not come, so that another may be. */
	constructor(
		bus: UbusConnection,
		tell: (uplink: string, reason: string) => void,
		onFailed: () => void,
		strainedTier: StandbyFacts["strainedTier"],
	) {
		this.#bus = bus;
		this.#tell = tell;
		this.#onFailed = onFailed;
		this.#strainedTier = strainedTier;
		this.#reviver = new Reviver(tell);
	}

	/** The newest plan tells who works. */
	set(model: Model, plan: Plan): void {
		this.#plan = plan;
		const cold = model.uplinks.filter(({ enabled, standby }) => enabled && standby !== null);
		this.#forget(new Set(cold.map(({ name }) => name)));
		const needed = listNeeded(model, {
			isUsable: (uplink, family) => this.#find(uplink)?.eligible[family] ?? false,
			hasFailed: (uplink) => this.#charges.get(uplink)?.failed ?? false,
			strainedTier: this.#strainedTier,
		});
		for (const uplink of cold) this.#setOne(uplink, needed.get(uplink.name) ?? null);
		const dead = model.uplinks.filter(
			({ name, enabled, standby, revival }) =>
				enabled && revival !== null && (standby === null || needed.has(name)) && !this.#works(name),
		);
		this.#reviver.set(model.globals.enabled ? dead : []);
	}

	/** Whether it is down because nobody needs it. */
	isResting(uplink: string): boolean {
		return this.#charges.get(uplink)?.told === "down";
	}

	close(): void {
		this.#forget(new Set());
		this.#reviver.close();
	}

	#find(uplink: string): Plan["uplinks"][number] | undefined {
		return this.#plan?.uplinks.find(({ name }) => name === uplink);
	}

	#works(uplink: string): boolean {
		const eligible = this.#find(uplink)?.eligible;
		return eligible !== undefined && (eligible[4] || eligible[6]);
	}

	#forget(kept: ReadonlySet<string>): void {
		for (const [name, { timer }] of this.#charges) {
			if (kept.has(name)) continue;
			if (timer !== null) clearTimeout(timer);
			this.#charges.delete(name);
		}
	}

	#setOne(uplink: Uplink, need: Need | null): void {
		const needed = need !== null;
		const charge = this.#charges.get(uplink.name) ?? newCharge(uplink, !needed);
		charge.uplink = uplink;
		this.#charges.set(uplink.name, charge);
		if (this.#works(uplink.name)) {
			charge.failed = false;
			charge.retryMs = FIRST_RETRY_MS;
		}
		if (needed === charge.needed) return;
		charge.needed = needed;
		if (needed) {
			if (charge.told === "up") this.#arm(charge, charge.retryMs, () => this.#retry(charge));
			else this.#bringUp(charge, `brought up: ${need}`);
		} else this.#arm(charge, uplink.standby?.holdMs ?? 0, () => this.#takeDown(charge));
	}

	#bringUp(charge: Charge, reason: string): void {
		charge.told = "up";
		charge.upSinceMs = monotonicMs();
		this.#tell(charge.uplink.name, reason);
		void this.#order(charge.uplink, "up");
		this.#arm(charge, charge.retryMs, () => this.#retry(charge));
	}

	#takeDown(charge: Charge): void {
		charge.told = "down";
		charge.failed = false;
		this.#tell(charge.uplink.name, "at rest: others work; brought up when it is needed");
		void this.#order(charge.uplink, "down");
	}

	#retry(charge: Charge): void {
		const { uplink } = charge;
		if (this.#works(uplink.name)) {
			this.#arm(charge, charge.retryMs, () => this.#retry(charge));
			return;
		}
		charge.failed = true;
		charge.retryMs = Math.min(LAST_RETRY_MS, charge.retryMs * 2);
		const downForS = Math.round((monotonicMs() - charge.upSinceMs) / 1000);
		void this.#order(uplink, "down").then(() =>
			this.#bringUp(charge, `brought up anew: it does not work after ${downForS} s`),
		);
		this.#onFailed();
	}

	#arm(charge: Charge, delayMs: number, run: () => void): void {
		if (charge.timer !== null) clearTimeout(charge.timer);
		charge.timer = setTimeout(() => {
			charge.timer = null;
			run();
		}, delayMs);
	}

	/** Of several names of an uplink's interfaces those that do not exist are passed over. */
	async #order(uplink: Uplink, method: "up" | "down"): Promise<void> {
		const calls = uplink.interfaces.map((name) => this.#bus.call(`network.interface.${name}`, method));
		const results = await Promise.allSettled(calls);
		if (results.some(({ status }) => status === "fulfilled")) return;
		this.#tell(uplink.name, `netifd does not bring it ${method}: none of its interfaces is there`);
	}
}

/** As if nothing had been decided yet. */
function newCharge(uplink: Uplink, needed: boolean): Charge {
	return {
		uplink,
		told: null,
		needed,
		retryMs: FIRST_RETRY_MS,
		timer: null,
		failed: false,
		upSinceMs: monotonicMs(),
	};
}
