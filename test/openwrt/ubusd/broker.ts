// What ubusd does between its sockets, message by message, after ubusd_proto.c's behaviour.
import type { Duplex } from "node:stream";
import { decodeFields, type MessageFields, type MessageHeader, messageType } from "ubus-js/message";
import { ubusStatus } from "ubus-js/status";
import { Client } from "./client.ts";
import { EventObject } from "./event.ts";
import { newId } from "./ids.ts";
import { MonitorObject } from "./monitor.ts";
import { BusObject, isSignature, type ObjectType } from "./object.ts";

const systemObject = { event: 1, acl: 2, monitor: 3 } as const;

/** A status to answer with, or null when the answer is sent already or comes from someone else. */
type Outcome = number | null;

export class Broker {
	readonly #clients = new Map<number, Client>();
	readonly #objects = new Map<number, BusObject>();
	readonly #types = new Map<number, ObjectType>();
	readonly #paths = new Map<string, BusObject>();
	readonly #events = new EventObject(this.#objects);
	readonly #monitor = new MonitorObject();

	/** Greets a program that connected and serves it until it leaves. */
	accept(socket: Duplex): void {
		const client = new Client(newId(this.#clients), socket, this.#monitor.see);
		this.#clients.set(client.id, client);
		client.send({ type: messageType.hello, seq: 0, peer: client.id }, {});
		client.serve(
			(header, body) => this.#receive(client, header, body),
			() => this.#remove(client),
		);
	}

	close(): void {
		for (const client of this.#clients.values()) client.disconnect();
	}

	#remove(client: Client): void {
		this.#monitor.forget(client);
		for (const object of [...client.objects]) this.#removeObject(object);
		this.#clients.delete(client.id);
	}

	/** Throws CodecError on attributes that are none, which ends the client. */
	#receive(client: Client, header: MessageHeader, body: Uint8Array): void {
		const outcome = this.#handle(client, header, decodeFields(body), body);
		if (outcome === null) return;
		const answer = { type: messageType.status, seq: header.seq, peer: header.peer };
		// The status of a LOOKUP waits behind the objects it closes.
		if (header.type === messageType.lookup) client.sendKept(answer, { status: outcome });
		else client.send(answer, { status: outcome });
	}

	#handle(client: Client, header: MessageHeader, fields: MessageFields, body: Uint8Array): Outcome {
		switch (header.type) {
			case messageType.ping:
				client.forward({ ...header, type: messageType.data }, body);
				return ubusStatus.ok;
			case messageType.lookup:
				return this.#lookup(client, header, fields);
			case messageType.invoke:
				return this.#invoke(client, header, fields);
			case messageType.addObject:
				return this.#addObject(client, header, fields);
			case messageType.removeObject:
				return this.#dropObject(client, header, fields);
			case messageType.status:
			case messageType.data:
				return this.#respond(client, header, fields, body);
			case messageType.subscribe:
				return this.#subscribe(client, fields);
			case messageType.unsubscribe:
				return this.#unsubscribe(client, fields);
			case messageType.notify:
				return this.#notify(client, header, fields);
			default:
				return ubusStatus.invalidCommand;
		}
	}

	#lookup(client: Client, header: MessageHeader, { path }: MessageFields): Outcome {
		if (path === undefined) {
			for (const object of this.#inPathOrder()) describe(client, header, object);
			return ubusStatus.ok;
		}
		if (path === "") return ubusStatus.invalidArgument;
		const prefix = path.endsWith("*") ? path.slice(0, -1) : null;
		const found = this.#inPathOrder().filter((object) =>
			prefix === null ? object.path === path : object.path?.startsWith(prefix),
		);
		for (const object of found) describe(client, header, object);
		return found.length === 0 ? ubusStatus.notFound : ubusStatus.ok;
	}

	#inPathOrder(): BusObject[] {
		return [...this.#paths.values()].sort((a, b) =>
			Buffer.compare(Buffer.from(a.path ?? ""), Buffer.from(b.path ?? "")),
		);
	}

	#invoke(client: Client, header: MessageHeader, { objectId, method, data }: MessageFields): Outcome {
		if (objectId === undefined || method === undefined) return ubusStatus.invalidArgument;
		if (objectId === systemObject.event) return this.#events.invoke(client, method, data);
		if (objectId === systemObject.monitor) return this.#monitor.invoke(client, method);
		if (objectId === systemObject.acl) return queryAcl(client, header, method);
		const object = this.#objects.get(objectId);
		if (object === undefined) return ubusStatus.notFound;
		const forwarded = { type: messageType.invoke, seq: header.seq, peer: client.id };
		object.client.send(forwarded, { objectId, method, ...caller(client), ...(data && { data }) });
		return null;
	}

	#addObject(client: Client, header: MessageHeader, fields: MessageFields): Outcome {
		if (fields.path !== undefined && this.#paths.has(fields.path)) return ubusStatus.invalidArgument;
		const type = this.#typeOf(fields);
		const object = new BusObject(newId(this.#objects), client, fields.path, type);
		if (type !== undefined) type.users++;
		this.#objects.set(object.id, object);
		client.objects.add(object);
		if (object.path !== undefined) this.#paths.set(object.path, object);
		this.#events.objectEvent("ubus.object.add", object);
		const told = fields.signature !== undefined && type !== undefined;
		client.send(
			{ ...header, type: messageType.data },
			{ objectId: object.id, ...(told && { typeId: type.id }) },
		);
		return ubusStatus.ok;
	}

	#typeOf({ typeId, signature }: MessageFields): ObjectType | undefined {
		if (typeId !== undefined) return this.#types.get(typeId);
		if (signature === undefined || !isSignature(signature)) return undefined;
		const type = { id: newId(this.#types), signature: signature.slice(), users: 0 };
		this.#types.set(type.id, type);
		return type;
	}

	#dropObject(client: Client, header: MessageHeader, { objectId }: MessageFields): Outcome {
		if (objectId === undefined) return ubusStatus.invalidArgument;
		const object = this.#objects.get(objectId);
		if (object === undefined) return ubusStatus.notFound;
		if (object.client !== client) return ubusStatus.permissionDenied;
		const last = object.type?.users === 1;
		client.send(
			{ ...header, type: messageType.data },
			{ objectId, ...(last && object.type && { typeId: object.type.id }) },
		);
		this.#removeObject(object);
		return ubusStatus.ok;
	}

	#removeObject(object: BusObject): void {
		object.release();
		object.patterns.length = 0;
		this.#events.objectEvent("ubus.object.remove", object);
		if (object.path !== undefined) this.#paths.delete(object.path);
		this.#objects.delete(object.id);
		object.client.objects.delete(object);
		if (object.type !== undefined && --object.type.users === 0) this.#types.delete(object.type.id);
	}

	/** A provider answers: passed to the caller whose id is in peer, which sees the object's id there instead. */
	#respond(client: Client, header: MessageHeader, fields: MessageFields, body: Uint8Array): Outcome {
		const complete =
			header.type === messageType.status ? fields.status !== undefined : fields.data !== undefined;
		const object = fields.objectId === undefined ? undefined : this.#objects.get(fields.objectId);
		if (complete && object?.client === client)
			this.#clients.get(header.peer)?.forward({ ...header, peer: object.id }, body);
		return null;
	}

	#subscribe(client: Client, { objectId, targetId }: MessageFields): Outcome {
		if (objectId === undefined || targetId === undefined) return ubusStatus.invalidArgument;
		const object = this.#objects.get(objectId);
		if (object === undefined) return ubusStatus.notFound;
		if (object.client !== client) return ubusStatus.invalidArgument;
		const target = this.#objects.get(targetId);
		if (target === undefined) return ubusStatus.notFound;
		if (target.client === client) return ubusStatus.invalidArgument;
		object.subscribe(target);
		return ubusStatus.ok;
	}

	#unsubscribe(client: Client, { objectId, targetId }: MessageFields): Outcome {
		if (objectId === undefined || targetId === undefined) return ubusStatus.invalidArgument;
		const object = this.#objects.get(objectId);
		if (object === undefined) return ubusStatus.notFound;
		if (object.client !== client) return ubusStatus.invalidArgument;
		const target = this.#objects.get(targetId);
		return target !== undefined && object.unsubscribe(target) ? ubusStatus.ok : ubusStatus.notFound;
	}

	#notify(client: Client, header: MessageHeader, fields: MessageFields): Outcome {
		const { objectId, method, data, noReply = false } = fields;
		if (objectId === undefined || method === undefined) return ubusStatus.invalidArgument;
		const object = this.#objects.get(objectId);
		if (object === undefined) return ubusStatus.notFound;
		if (object.client !== client) return ubusStatus.permissionDenied;
		const subscribers = [...object.subscribers];
		if (!noReply) {
			const ids = subscribers.map((subscriber) => subscriber.id);
			client.send(
				{ ...header, type: messageType.status },
				{ objectId, subscribers: ids, status: ubusStatus.ok },
			);
		}
		for (const subscriber of subscribers)
			subscriber.client.send(
				{ type: messageType.invoke, seq: header.seq, peer: client.id },
				{
					objectId: subscriber.id,
					method,
					...caller(client),
					...(data && { data }),
					...(noReply && { noReply }),
				},
			);
		return null;
	}
}

/** Objects without a signature cannot be found. */
function describe(client: Client, header: MessageHeader, object: BusObject): void {
	if (object.type === undefined || object.path === undefined) return;
	client.sendKept(
		{ ...header, type: messageType.data },
		{ path: object.path, objectId: object.id, typeId: object.type.id, signature: object.type.signature },
	);
}

function caller(client: Client): { user: string; group: string } {
	return { user: client.user, group: client.group };
}

/** Object 2: with everybody being root there is nothing to list. */
function queryAcl(client: Client, header: MessageHeader, method: string): Outcome {
	if (method !== "query") return ubusStatus.invalidCommand;
	client.send(
		{ ...header, type: messageType.data },
		{ objectId: systemObject.acl, data: { seq: 1, acl: [] } },
	);
	return ubusStatus.ok;
}
