import { BlobReader, CodecError } from "ubus-js/codec";
import { messageType } from "ubus-js/message";
import type { Client } from "./client.ts";

/** What several objects may share: the signature of their methods. */
export interface ObjectType {
	readonly id: number;
	readonly signature: Uint8Array;
	users: number;
}

/** An object, listener or subscriber of a client. */
export class BusObject {
	readonly id: number;
	readonly client: Client;
	readonly path: string | undefined;
	readonly type: ObjectType | undefined;
	readonly subscribers = new Set<BusObject>();
	readonly targets = new Set<BusObject>();
	readonly patterns: string[] = [];
	#seq = 0;

	constructor(id: number, client: Client, path: string | undefined, type: ObjectType | undefined) {
		this.id = id;
		this.client = client;
		this.path = path;
		this.type = type;
	}

	subscribe(target: BusObject): void {
		const first = target.subscribers.size === 0;
		target.subscribers.add(this);
		this.targets.add(target);
		if (first) target.#tellActive(true);
	}

	/** false: was not subscribed. */
	unsubscribe(target: BusObject): boolean {
		if (!this.targets.delete(target)) return false;
		target.subscribers.delete(this);
		if (target.subscribers.size === 0) target.#tellActive(false);
		return true;
	}

	/** Ends all subscriptions in both directions; subscribers are told. */
	release(): void {
		for (const target of [...this.targets]) this.unsubscribe(target);
		for (const subscriber of [...this.subscribers]) {
			const header = { type: messageType.unsubscribe, seq: subscriber.#nextSeq(), peer: 0 };
			subscriber.client.send(header, { objectId: subscriber.id, targetId: this.id });
			subscriber.unsubscribe(this);
		}
	}

	#tellActive(active: boolean): void {
		const header = { type: messageType.notify, seq: this.#nextSeq(), peer: 0 };
		this.client.send(header, { objectId: this.id, active });
	}

	#nextSeq(): number {
		this.#seq = (this.#seq + 1) & 0xffff;
		return this.#seq;
	}
}

/** Every method of a signature has a name and is well-formed as far as its own field goes. */
export function isSignature(signature: Uint8Array): boolean {
	try {
		let named = true;
		const reader = new BlobReader(signature);
		reader.fields(0, signature.length, true, (_type, name) => {
			named &&= name.length > 0;
		});
		return named;
	} catch (error) {
		if (error instanceof CodecError) return false;
		throw error;
	}
}
