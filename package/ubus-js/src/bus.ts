// The ubus socket for programs: calls, objects, events and subscriptions that outlive a restart of ubusd.
import { BusClient, type CallOptions, type UbusObjectInfo } from "./client.ts";
import type { BlobTable } from "./codec.ts";
import { type Connect, Link } from "./link.ts";
import { EventListener } from "./listener.ts";
import { PublishedObject, type UbusMethod } from "./published.ts";
import { ObjectRegistry } from "./registry.ts";
import { Subscription, type SubscriptionEvents } from "./subscription.ts";

export type { CallOptions, UbusObjectInfo } from "./client.ts";
export type { Connect, Transport, TransportEvents } from "./link.ts";
export type { UbusMethod } from "./published.ts";
export type { Caller } from "./registry.ts";
export type { BlobTypeName } from "./signature.ts";
// biome-ignore lint/performance/noBarrelFile: users of the connection catch its errors; internal modules throw them.
export { UbusError, ubusStatus } from "./status.ts";
export type { SubscriptionEvents } from "./subscription.ts";

export interface UbusConnectionOptions {
	/** First wait before connecting again, doubled after every failure. */
	minBackoffMs?: number;
	maxBackoffMs?: number;
	/** Told on every change, and once when the first attempt to connect fails. */
	onState?: (state: "connected" | "disconnected", error?: Error) => void;
	/** Failures nobody waits for: an object refused by ubusd, a method or listener that threw. */
	onError?: (error: unknown, attempted: string) => void;
}

export interface UbusObject {
	readonly hasSubscribers: boolean;
	/** Throws CodecError. */
	notify(type: string, data: BlobTable): void;
	remove(): void;
}

export class UbusConnection {
	readonly #connect: Connect;
	readonly #options: UbusConnectionOptions;
	readonly #client = new BusClient();
	readonly #objects: ObjectRegistry;
	readonly #subscriptions = new Set<Subscription>();
	#targetWatch: EventListener | null = null;
	#link: Link | null = null;
	#state: "connected" | "disconnected" | null = null;
	#started = false;
	#backoffMs: number;
	#timer: ReturnType<typeof setTimeout> | null = null;

	constructor(connect: Connect, options: UbusConnectionOptions = {}) {
		this.#connect = connect;
		this.#options = options;
		this.#backoffMs = options.minBackoffMs ?? 100;
		this.#objects = new ObjectRegistry((error, attempted) => options.onError?.(error, attempted));
	}

	/** ubusd has greeted us. */
	get connected(): boolean {
		return this.#state === "connected";
	}

	/** Connects, and connects again whenever the connection is lost, until close(). */
	start(): void {
		if (this.#started) return;
		this.#started = true;
		this.#open();
	}

	/** Everything outstanding fails with CONNECTION_FAILED, our calls and those of others to us; ubusd removes our objects. */
	close(): void {
		this.#started = false;
		this.#objects.refuseUnanswered();
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const link = this.#link;
		this.#link = null;
		this.#forget();
		this.#state = null;
		link?.close();
	}

	/**
	 * Calls a method and resolves to its answer, {} when it has none. Rejects with UbusError (the status of the method
	 * or of ubusd, TIMEOUT, CONNECTION_FAILED when there is no ubusd or it ends before the answer) or CodecError.
	 */
	call(
		object: string,
		method: string,
		args: BlobTable | Uint8Array = {},
		options: CallOptions = {},
	): Promise<BlobTable> {
		return this.#client.call(object, method, args, options);
	}

	/** The objects on the bus, all or those of a path or of a prefix and `*`. Rejects with NOT_FOUND for none. */
	list(pattern?: string): Promise<UbusObjectInfo[]> {
		return this.#client.list(pattern);
	}

	/** Receives the notifications of an object, there already or not. */
	subscribe(path: string, on: SubscriptionEvents): { close(): void } {
		this.#watchTargets();
		const subscription = new Subscription(path, on, this.#report);
		this.#subscriptions.add(subscription);
		this.#objects.add(subscription);
		return {
			close: () => {
				this.#subscriptions.delete(subscription);
				this.#objects.remove(subscription);
			},
		};
	}

	/** Receives events by name, or by a prefix and `*`; not those this program sends. */
	listen(pattern: string, on: (event: string, data: BlobTable) => void): { close(): void } {
		const listener = new EventListener(pattern, on, this.#report);
		this.#objects.add(listener);
		return { close: () => this.#objects.remove(listener) };
	}

	/** Sends an event to every listener. Rejects as call() does; names that start with `ubus.` are refused by ubusd. */
	sendEvent(event: string, data: BlobTable): Promise<void> {
		return this.#client.sendEvent(event, data);
	}

	/** Puts an object on the bus, now and after every reconnect. */
	publish(
		path: string,
		methods: { [name: string]: UbusMethod },
		options: { onSubscribers?: (active: boolean) => void } = {},
	): UbusObject {
		const object = new PublishedObject(path, methods, options.onSubscribers);
		this.#objects.add(object);
		return {
			get hasSubscribers() {
				return object.hasSubscribers;
			},
			notify: (type, data) => object.notify(type, data),
			remove: () => this.#objects.remove(object),
		};
	}

	readonly #report = (error: unknown, attempted: string): void => this.#options.onError?.(error, attempted);

	/** One listener, in place before the first lookup, tells every subscription when its object appears. */
	#watchTargets(): void {
		if (this.#targetWatch !== null) return;
		this.#targetWatch = new EventListener(
			"ubus.object.add",
			(_event, data) => this.#targetAdded(data),
			this.#report,
		);
		this.#objects.add(this.#targetWatch);
	}

	#targetAdded(data: BlobTable): void {
		for (const subscription of this.#subscriptions) {
			if (subscription.target === data.path) subscription.targetAdded();
		}
	}

	#open(): void {
		this.#timer = null;
		try {
			const link: Link = new Link(this.#connect, {
				onHello: () => this.#greeted(link),
				onLost: (error) => this.#lost(error),
				onMessage: (header, fields) => this.#objects.receive(link, header, fields),
			});
			if (link.open) this.#use(link);
			else this.#lost(undefined);
		} catch (error) {
			this.#lost(asError(error));
		}
	}

	/** Calls need not wait for the greeting: ubusd takes them before. */
	#use(link: Link): void {
		this.#link = link;
		this.#client.attach(link);
	}

	#greeted(link: Link): void {
		this.#backoffMs = this.#firstBackoffMs();
		this.#objects.attach(link);
		this.#enter("connected");
	}

	#lost(error: Error | undefined): void {
		this.#link = null;
		this.#forget();
		this.#retry();
		this.#enter("disconnected", error);
	}

	#forget(): void {
		this.#client.detach();
		this.#objects.detach();
	}

	#retry(): void {
		if (!this.#started) return;
		this.#timer = setTimeout(() => this.#open(), this.#backoffMs);
		this.#backoffMs = Math.min(this.#backoffMs * 2, this.#options.maxBackoffMs ?? 5000);
	}

	#firstBackoffMs(): number {
		return this.#options.minBackoffMs ?? 100;
	}

	#enter(state: "connected" | "disconnected", error?: Error): void {
		if (state === this.#state) return;
		this.#state = state;
		this.#options.onState?.(state, error);
	}
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}
