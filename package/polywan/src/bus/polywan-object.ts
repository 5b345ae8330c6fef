import type { Problem } from "polywan-core/config/problem";
import type { PolywanEvent, Status } from "polywan-core/status";
import { wallMs } from "polywan-runtime/clock";
import { type UbusConnection, UbusError, type UbusMethod, type UbusObject, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Wanted } from "../daemon/state-file.ts";
import { EVENTS_KEPT } from "./event-ring.ts";
import { FigureWatch } from "./figure-watch.ts";
import { HOLD_MS, Waiters } from "./waiters.ts";

/** What the bus object needs of the daemon. */
export interface Controller {
	readonly sequence: number;
	status(): Status;
	events(since: number, limit: number): readonly PolywanEvent[];
	/** Reads the configuration again; ends when it was read, with its problems. */
	reload(): Promise<readonly Problem[]>;
	/** Ends when it is in force. False when there is no such uplink. */
	setWanted(uplink: string, wanted: Wanted): Promise<boolean>;
	/** Weights of a policy of mode custom; ends when they are in force. False when there is no such policy or member. */
	setWeights(policy: string, weights: Readonly<Record<string, number>>): Promise<boolean>;
	/** The texts that would be applied to an empty kernel. */
	script(): Promise<Readonly<Record<string, string>>>;
	/** What differs in the kernel now, one line each. */
	diff(): Promise<readonly string[]>;
	/** The configuration as it is understood, with defaults. */
	config(): Readonly<Record<string, unknown>>;
}

/** The ubus object `polywan`: shapes of answers are those of polywan-core/status. */
export class PolywanObject {
	readonly #controller: Controller;
	readonly #object: UbusObject;
	readonly #waiters = new Waiters();
	readonly #figures: FigureWatch;

	/** `more`: methods of other parts of the daemon. */
	constructor(bus: UbusConnection, controller: Controller, more: Readonly<Record<string, UbusMethod>>) {
		this.#controller = controller;
		this.#figures = new FigureWatch(() => controller.status(), this.#waiters);
		this.#object = bus.publish("polywan", { ...this.#methods(), ...more });
	}

	/** Tells subscribers and waiters that something changed. */
	changed(event: PolywanEvent | null): void {
		this.#object.notify("changed", toBlob({ sequence: this.#controller.sequence, ...(event && { event }) }));
		this.#waiters.answerAll();
	}

	/** Ends what it does by itself, and who waits is answered with what is; the bus connection belongs to its owner. */
	close(): void {
		this.#figures.close();
		this.#waiters.answerAll();
	}

	#methods(): Record<string, UbusMethod> {
		const controller = this.#controller;
		return {
			status: { call: () => toBlob(controller.status()) },
			uplinks: { call: () => this.#part("uplinks") },
			policies: { call: () => this.#part("policies") },
			rules: { call: () => this.#part("rules") },
			events: { args: { since: "int64", limit: "int32" }, call: (args) => this.#events(args) },
			wait: {
				args: { since: "int64", status: "bool", figures: "bool", hold: "int32" },
				call: (args) => this.#wait(args),
			},
			history: { args: { uplink: "string" }, call: ({ uplink }) => this.#history(uplink) },
			reload: { call: async () => toBlob({ problems: await controller.reload() }) },
			uplink: {
				args: { name: "string", action: "string" },
				call: ({ name, action }) => this.#wish(name, action),
			},
			weights: {
				args: { policy: "string", weights: "table" },
				call: ({ policy, weights }) => this.#weigh(policy, weights),
			},
			script: { call: async () => toBlob(await controller.script()) },
			diff: { call: async () => toBlob({ differences: await controller.diff() }) },
			config: { call: () => toBlob(controller.config()) },
		};
	}

	#part(name: "uplinks" | "policies" | "rules"): BlobTable {
		const status = this.#controller.status();
		return toBlob({ sequence: status.sequence, [name]: status[name] });
	}

	#events({ since, limit }: BlobTable): BlobTable {
		const events = this.#controller.events(readNumber(since, 0), readNumber(limit, EVENTS_KEPT));
		return toBlob({ sequence: this.#controller.sequence, events });
	}

	/**
	 * Answers when `sequence` is another than `since`; a caller of an earlier daemon's number is answered at once. With
	 * `figures` also when counters or round trips moved noticeably, at most once a second, and the answer carries all that
	 * a panel shows: status, rates in bytes a second, events after `since`, and the router's clock. `hold`: seconds after
	 * which it answers in any case.
	 */
	async #wait({ since, status, figures, hold }: BlobTable): Promise<BlobTable> {
		const controller = this.#controller;
		const known = readNumber(since, -1);
		const holdMs = Math.max(readNumber(hold, HOLD_MS / 1000), 1) * 1000;
		if (known === controller.sequence)
			await (figures === true ? this.#figures.wait(holdMs) : this.#waiters.wait(holdMs));
		const { sequence } = controller;
		if (figures !== true)
			return toBlob(status === true ? { sequence, status: controller.status() } : { sequence });
		const now = controller.status();
		const events = controller.events(known > sequence ? -1 : known, EVENTS_KEPT);
		return toBlob({
			sequence,
			now_ms: Math.round(wallMs()),
			status: now,
			rates: this.#figures.rates(now),
			events,
		});
	}

	#history(uplink: unknown): BlobTable {
		return toBlob(this.#figures.history(typeof uplink === "string" ? uplink : undefined));
	}

	async #weigh(policy: unknown, weights: unknown): Promise<void> {
		const parsed = parseWeights(weights);
		const known = parsed !== null && typeof policy === "string";
		if (!known || !(await this.#controller.setWeights(policy, parsed)))
			throw new UbusError(ubusStatus.invalidArgument);
	}

	async #wish(name: unknown, action: unknown): Promise<void> {
		const known = action === "auto" || action === "up" || action === "down";
		if (!known || typeof name !== "string" || !(await this.#controller.setWanted(name, action)))
			throw new UbusError(ubusStatus.invalidArgument);
	}
}

/** The values of status.ts are tables, lists, strings, numbers and booleans, which is what ubus carries. */
function toBlob(value: object): BlobTable {
	return value as BlobTable;
}

function readNumber(value: unknown, otherwise: number): number {
	return typeof value === "number" || typeof value === "bigint" ? Number(value) : otherwise;
}

/** Whole numbers from 0 to 1000; null where something else is among them. */
function parseWeights(value: unknown): Readonly<Record<string, number>> | null {
	if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
	const entries = Object.entries(value).map(([uplink, weight]) => [uplink, Number(weight)] as const);
	const valid = entries.every(([, weight]) => Number.isInteger(weight) && weight >= 0 && weight <= 1000);
	return valid ? Object.fromEntries(entries) : null;
}
