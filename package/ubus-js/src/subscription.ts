import type { BlobTable } from "./codec.ts";
import type { Link } from "./link.ts";
import { type MessageFields, messageType } from "./message.ts";
import type { BusObject, ReportError } from "./registry.ts";
import { UbusError, ubusStatus } from "./status.ts";

export interface SubscriptionEvents {
	notify(type: string, data: BlobTable): void;
	/** The object left the bus, or the connection to ubusd was lost. */
	gone?(): void;
	/** Notifications arrive from now on; read the state once here, for what was missed. */
	subscribed?(): void;
}

const requestTimeoutMs = 30000;
const retryMs = 1000;

/** Receives the notifications of the object at a path, also after that object or ubusd came back. */
export class Subscription implements BusObject {
	readonly target: string;
	readonly #on: SubscriptionEvents;
	readonly #report: ReportError;
	#link: Link | null = null;
	#id = 0;
	#subscribedTo: number | null = null;
	#announced = false;
	/** Raised for every attempt, so that the answer to an outdated one is not taken for a newer one's. */
	#attempt = 0;
	#retry: ReturnType<typeof setTimeout> | null = null;

	constructor(target: string, on: SubscriptionEvents, report: ReportError) {
		this.target = target;
		this.#on = on;
		this.#report = report;
	}

	attached(link: Link, id: number): void {
		this.#link = link;
		this.#id = id;
		this.targetAdded();
	}

	detached(): void {
		this.#link = null;
		this.#attempt++;
		if (this.#retry !== null) clearTimeout(this.#retry);
		this.#retry = null;
		this.#lose();
	}

	invoked(type: string, data: BlobTable): void {
		this.#on.notify(type, data);
	}

	unsubscribed(targetId: number): void {
		if (targetId !== this.#subscribedTo) return;
		this.#lose();
	}

	/** The object may be there now: looks it up and subscribes. */
	targetAdded(): void {
		if (this.#link === null || this.#subscribedTo !== null) return;
		this.#subscribe(this.#link, ++this.#attempt).catch((error) => this.#failed(error));
	}

	async #subscribe(link: Link, attempt: number): Promise<void> {
		const targetId = await this.#lookUp(link);
		if (targetId === undefined || attempt !== this.#attempt) return;
		// Set before ubusd answers: the object may be gone again in the same bytes.
		this.#subscribedTo = targetId;
		try {
			await this.#request(link, messageType.subscribe, { objectId: this.#id, targetId });
		} catch (error) {
			if (attempt !== this.#attempt) return;
			this.#subscribedTo = null;
			// It left between the two requests, and may have come back under another id just as quickly.
			if (isNotFound(error)) return this.#subscribe(link, attempt);
			throw error;
		}
		if (attempt !== this.#attempt || this.#subscribedTo !== targetId) return;
		this.#announced = true;
		this.#on.subscribed?.();
	}

	async #lookUp(link: Link): Promise<number | undefined> {
		let targetId: number | undefined;
		await this.#request(link, messageType.lookup, { path: this.target }, (fields) => {
			targetId = fields.objectId;
		});
		return targetId;
	}

	#request(
		link: Link,
		type: number,
		fields: MessageFields,
		onData?: (fields: MessageFields) => void,
	): Promise<void> {
		const attempted = `ubus subscribe ${this.target}`;
		const timeoutMs = requestTimeoutMs;
		return link.request({ type, peer: 0, fields, attempted, timeoutMs, ...(onData && { onData }) });
	}

	/** Not there is the ordinary case: ubus.object.add tells when it comes. */
	#failed(error: unknown): void {
		if (this.#link === null || !this.#link.open) return;
		if (isNotFound(error)) return;
		this.#report(error, `ubus subscribe ${this.target}`);
		if (!(error instanceof UbusError) || error.code !== ubusStatus.timeout) return;
		this.#retry ??= setTimeout(() => {
			this.#retry = null;
			this.targetAdded();
		}, retryMs);
	}

	#lose(): void {
		if (this.#subscribedTo === null) return;
		this.#subscribedTo = null;
		if (!this.#announced) return;
		this.#announced = false;
		this.#on.gone?.();
	}
}

function isNotFound(error: unknown): boolean {
	return error instanceof UbusError && error.code === ubusStatus.notFound;
}
