import { type BlobTable, CodecError, decodeTable } from "./codec.ts";
import type { Link } from "./link.ts";
import { type MessageFields, type MessageHeader, messageType } from "./message.ts";
import { UbusError, ubusStatus } from "./status.ts";

/** Who called, as ubusd vouches for it. */
export interface Caller {
	user?: string;
	group?: string;
}

/** What a method answers: a table, nothing (status alone), or a promise of it, which is a deferred reply. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler with nothing to say just ends.
export type MethodAnswer = BlobTable | void | Promise<BlobTable | void>;

/** Something that has an object id on the bus: a published object, an event listener, a subscriber. */
export interface BusObject {
	/** Without a path nobody can look it up. */
	readonly path?: string;
	readonly signature?: BlobTable;
	/** It has an id from now on, on this link. */
	attached(link: Link, id: number): void;
	/** The link is gone, and the id with it. */
	detached(): void;
	/** A method call, an event or a notification. */
	invoked(method: string, data: BlobTable, caller: Caller): MethodAnswer;
	/** The first subscriber came or the last one left. */
	subscribersChanged?(active: boolean): void;
	/** The object this one was subscribed to is gone. */
	unsubscribed?(targetId: number): void;
}

export type ReportError = (error: unknown, attempted: string) => void;

const addTimeoutMs = 30000;
const addRetryMs = 1000;

/** The bus objects of one program: adds them on every new link and hands them what ubusd sends to their ids. */
export class ObjectRegistry {
	readonly #report: ReportError;
	readonly #objects = new Map<BusObject, { id: number | null }>();
	readonly #byId = new Map<number, BusObject>();
	readonly #retries = new Set<ReturnType<typeof setTimeout>>();
	/** Calls whose deferred reply is still to come. */
	readonly #unanswered = new Set<Answer>();
	#link: Link | null = null;

	constructor(report: ReportError) {
		this.#report = report;
	}

	add(object: BusObject): void {
		this.#objects.set(object, { id: null });
		if (this.#link !== null) this.#register(this.#link, object);
	}

	remove(object: BusObject): void {
		const id = this.#objects.get(object)?.id ?? null;
		this.#objects.delete(object);
		if (id === null) return;
		this.#byId.delete(id);
		object.detached();
		if (this.#link !== null) this.#unregister(this.#link, id);
	}

	/** Adds every object on a new link. */
	attach(link: Link): void {
		this.#link = link;
		for (const object of this.#objects.keys()) this.#register(link, object);
	}

	/** Nobody is left waiting: libubus is not told when the object it called has gone. */
	refuseUnanswered(): void {
		for (const answer of this.#unanswered) answer.status(ubusStatus.connectionFailed);
	}

	detach(): void {
		this.#link = null;
		this.#unanswered.clear();
		for (const timer of this.#retries) clearTimeout(timer);
		this.#retries.clear();
		this.#byId.clear();
		for (const [object, state] of this.#objects) {
			if (state.id === null) continue;
			state.id = null;
			object.detached();
		}
	}

	receive(link: Link, header: MessageHeader, fields: MessageFields): void {
		const object = fields.objectId === undefined ? undefined : this.#byId.get(fields.objectId);
		if (header.type === messageType.invoke) this.#invoke(link, header, fields, object);
		else if (header.type === messageType.notify) object?.subscribersChanged?.(fields.active ?? false);
		else if (header.type === messageType.unsubscribe) object?.unsubscribed?.(fields.targetId ?? 0);
	}

	#register(link: Link, object: BusObject): void {
		const { path, signature } = object;
		const attempted = `ubus add object ${path ?? ""}`.trim();
		const added = link.request({
			type: messageType.addObject,
			peer: 0,
			fields: { ...(path !== undefined && { path }), ...(signature !== undefined && { signature }) },
			attempted,
			timeoutMs: addTimeoutMs,
			// Here and not when the status is in: a call may be in the same bytes as the id.
			onData: (fields) => this.#registered(link, object, fields.objectId),
		});
		added.catch((error) => this.#refused(link, object, error, attempted));
	}

	#registered(link: Link, object: BusObject, id: number | undefined): void {
		const state = this.#objects.get(object);
		if (id === undefined || link !== this.#link) return;
		if (state === undefined) {
			this.#unregister(link, id);
			return;
		}
		state.id = id;
		this.#byId.set(id, object);
		object.attached(link, id);
	}

	/** The path is taken, by a process about to end for example: tried again as long as the link lives. */
	#refused(link: Link, object: BusObject, error: unknown, attempted: string): void {
		if (link !== this.#link || !link.open || !this.#objects.has(object)) return;
		this.#report(error, attempted);
		if (error instanceof CodecError) return;
		const timer = setTimeout(() => {
			this.#retries.delete(timer);
			if (this.#objects.has(object)) this.#register(link, object);
		}, addRetryMs);
		this.#retries.add(timer);
	}

	#unregister(link: Link, id: number): void {
		const attempted = "ubus remove object";
		const fields = { objectId: id };
		const removed = link.request({
			type: messageType.removeObject,
			peer: 0,
			fields,
			attempted,
			timeoutMs: addTimeoutMs,
		});
		removed.catch((error) => {
			if (link === this.#link && link.open) this.#report(error, attempted);
		});
	}

	#invoke(link: Link, header: MessageHeader, fields: MessageFields, object: BusObject | undefined): void {
		const answer = new Answer(link, header, fields, this.#report);
		if (object === undefined) {
			answer.status(ubusStatus.notFound);
			return;
		}
		const data = readArguments(fields);
		if (data === null) {
			answer.status(ubusStatus.invalidArgument);
			return;
		}
		try {
			const result = object.invoked(fields.method ?? "", data, callerOf(fields));
			if (result instanceof Promise) this.#answerLater(answer, result);
			else answer.result(result);
		} catch (error) {
			answer.failure(error);
		}
	}

	#answerLater(answer: Answer, result: Extract<MethodAnswer, Promise<unknown>>): void {
		this.#unanswered.add(answer);
		result
			.then((late) => answer.result(late))
			.catch((error) => answer.failure(error))
			.finally(() => this.#unanswered.delete(answer));
	}
}

/** null: there is no DATA, which libubus refuses too, or it is no table. */
function readArguments(fields: MessageFields): BlobTable | null {
	try {
		return fields.data === undefined ? null : decodeTable(fields.data);
	} catch (error) {
		if (error instanceof CodecError) return null;
		throw error;
	}
}

function callerOf(fields: MessageFields): Caller {
	return {
		...(fields.user !== undefined && { user: fields.user }),
		...(fields.group !== undefined && { group: fields.group }),
	};
}

/** The way back of one INVOKE. */
class Answer {
	readonly #link: Link;
	readonly #header: MessageHeader;
	readonly #objectId: number;
	readonly #method: string;
	readonly #wanted: boolean;
	readonly #report: ReportError;

	constructor(link: Link, header: MessageHeader, fields: MessageFields, report: ReportError) {
		this.#link = link;
		this.#header = header;
		this.#objectId = fields.objectId ?? 0;
		this.#method = fields.method ?? "";
		// Events come from ubusd itself (peer 0), which throws answers away.
		this.#wanted = !fields.noReply && header.peer !== 0;
		this.#report = report;
	}

	result(data: Awaited<MethodAnswer>): void {
		if (!this.#wanted) return;
		if (data !== undefined) this.#send(messageType.data, { objectId: this.#objectId, data });
		this.status(ubusStatus.ok);
	}

	status(status: number): void {
		if (this.#wanted) this.#send(messageType.status, { status, objectId: this.#objectId });
	}

	failure(error: unknown): void {
		if (!(error instanceof UbusError)) this.#report(error, `ubus method ${this.#method}`);
		this.status(error instanceof UbusError ? error.code : ubusStatus.unknown);
	}

	#send(type: number, fields: { status?: number; objectId: number; data?: BlobTable }): void {
		this.#link.send({ type, seq: this.#header.seq, peer: this.#header.peer }, fields);
	}
}
