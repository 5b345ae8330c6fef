import type { BlobTable } from "./codec.ts";
import type { Link } from "./link.ts";
import { messageType } from "./message.ts";
import type { BusObject, Caller, MethodAnswer } from "./registry.ts";
import { buildSignature, checkArguments, type MethodArguments } from "./signature.ts";
import { UbusError, ubusStatus } from "./status.ts";

export interface UbusMethod {
	/** Checked before `call`: a declared argument of another type is answered INVALID_ARGUMENT. None is mandatory. */
	args?: MethodArguments;
	/** Throw UbusError for a status; a promise is a deferred reply. Arguments nobody declared are passed on. */
	call(args: BlobTable, request: Caller): MethodAnswer;
}

/** An object of this program that others call and subscribe to. */
export class PublishedObject implements BusObject {
	readonly path: string;
	readonly signature: BlobTable;
	readonly #methods: { [name: string]: UbusMethod };
	readonly #onSubscribers: ((active: boolean) => void) | undefined;
	#link: Link | null = null;
	#id = 0;
	#seq = 0;
	#active = false;

	constructor(
		path: string,
		methods: { [name: string]: UbusMethod },
		onSubscribers: ((active: boolean) => void) | undefined,
	) {
		this.path = path;
		this.signature = buildSignature(methods);
		this.#methods = methods;
		this.#onSubscribers = onSubscribers;
	}

	get hasSubscribers(): boolean {
		return this.#active;
	}

	/** Tells every subscriber; nothing is sent while there is none. Throws CodecError. */
	notify(type: string, data: BlobTable): void {
		if (this.#link === null || !this.#active) return;
		this.#seq = (this.#seq + 1) & 0xffff;
		const header = { type: messageType.notify, seq: this.#seq, peer: this.#id };
		this.#link.send(header, { objectId: this.#id, method: type, data, noReply: true });
	}

	attached(link: Link, id: number): void {
		this.#link = link;
		this.#id = id;
	}

	detached(): void {
		this.#link = null;
		this.subscribersChanged(false);
	}

	invoked(name: string, args: BlobTable, caller: Caller): MethodAnswer {
		const method = Object.hasOwn(this.#methods, name) ? this.#methods[name] : undefined;
		if (method === undefined) throw new UbusError(ubusStatus.methodNotFound);
		checkArguments(method.args, args);
		return method.call(args, caller);
	}

	subscribersChanged(active: boolean): void {
		if (active === this.#active) return;
		this.#active = active;
		this.#onSubscribers?.(active);
	}
}
