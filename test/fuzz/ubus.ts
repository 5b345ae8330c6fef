import { Duplex } from "node:stream";
import { type TransportEvents, UbusConnection } from "ubus-js/bus";
import { type BlobTable, CodecError, decodeTable, encodeTable } from "ubus-js/codec";
import { decodeFields, encodeMessage, messageType } from "ubus-js/message";
import { MessageReader } from "ubus-js/message-reader";
import { renderFields } from "../openwrt/blob-json.ts";
import { Broker } from "../openwrt/ubusd/broker.ts";
import { type Random, seededRandom } from "./random.ts";
import { mutateBytes, randomMessage, randomTable } from "./ubus-input.ts";

export const targets: { name: string; run(iterations: number, seed: number): void | Promise<void> }[] = [
	{ name: "ubus-codec", run: fuzzCodec },
	{ name: "ubus-client", run: fuzzClient },
	{ name: "ubus-broker", run: fuzzBroker },
];

/** What was encoded is decoded; mutated bytes give a table or a CodecError, whatever lies around them. */
export function fuzzCodec(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const table = randomTable(random, 4);
		const bytes = encodeTable(table);
		const mutated = mutateBytes(random, bytes);
		try {
			same("decode(encode(x)) is x", show(decodeTable(bytes)), show(table));
			const alone = tryDecode(mutated);
			for (const around of [0, 1, 0xff])
				same("only its own bytes count", tryDecode(embed(mutated, around)), alone);
		} catch (error) {
			const input = Buffer.from(mutated).toString("hex");
			throw new Error(`ubus-codec: seed ${seed}, iteration ${iteration}: ${show(table)} ${input}`, {
				cause: error,
			});
		}
	}
}

function tryDecode(bytes: Uint8Array): string {
	try {
		const table = decodeTable(bytes);
		renderFields(bytes, true);
		return show(table);
	} catch (error) {
		if (error instanceof CodecError) return error.message;
		throw error;
	}
}

function embed(bytes: Uint8Array, around: number): Uint8Array {
	const whole = new Uint8Array(bytes.length + 64).fill(around);
	whole.set(bytes, 32);
	return whole.subarray(32, 32 + bytes.length);
}

/** A ubusd that sends anything never breaks its client: no exception, and calls end. */
export async function fuzzClient(iterations: number, seed: number): Promise<void> {
	const random = seededRandom(seed);
	for (let done = 0; done < iterations; ) {
		const feed: { events?: TransportEvents; closed: boolean } = { closed: false };
		const connection = new UbusConnection((events) => {
			feed.events = events;
			return { write: () => {}, close: () => (feed.closed = true) };
		});
		connection.start();
		connection.publish("test", { echo: { args: { n: "int32" }, call: (args) => args } });
		connection.listen("*", () => {});
		connection.subscribe("good", { notify: () => {} });
		feed.events?.onData(encodeMessage({ type: messageType.hello, seq: 0, peer: 1 }, {}));
		const calls = [connection.call("good", "m"), connection.list()].map((call) => call.catch(() => {}));
		for (let count = 0; count < 50 && !feed.closed && done < iterations; count++, done++) {
			feed.events?.onData(randomAnswer(random));
			// Requests that follow an answer are sent in micro-tasks.
			if (random.oneIn(8)) await Promise.resolve();
		}
		connection.close();
		await Promise.all(calls);
	}
}

const clientIds = [1, 2, 3, 1024, 1025, 1026, 0xffffffff];

function randomAnswer(random: Random): Uint8Array {
	const { type, fields } = randomMessage(random, clientIds);
	const header = { type, seq: random.below(8), peer: random.pick([0, 0, 1, 1024, 1025]) };
	const bytes = encodeMessage(header, fields);
	return random.oneIn(4) ? mutateBytes(random, bytes) : bytes;
}

/** Clients that send anything never break the broker: the others are served on. */
export async function fuzzBroker(iterations: number, seed: number): Promise<void> {
	const random = seededRandom(seed);
	const broker = new Broker();
	const good = new FuzzedClient(broker);
	good.say(messageType.addObject, 1, { path: "good", signature: { m: {} } });
	for (let done = 0; done < iterations; ) {
		const bad = new FuzzedClient(broker);
		for (let count = 0; count < 20 && !bad.destroyed && done < iterations; count++, done++)
			bad.sayAnything(random, good.ids);
		bad.destroy();
		await bad.gone;
		good.say(messageType.lookup, 2, { path: "good" });
		const found = good.seen.some(({ type, path }) => type === messageType.data && path === "good");
		if (!found)
			throw new Error(`ubus-broker: seed ${seed}, iteration ${done}: another client is not served any more`);
		good.forget();
	}
	broker.close();
}

interface Seen {
	type: number;
	path: string | undefined;
}

/** A program on the broker without a socket: what it sends arrives within the call. */
class FuzzedClient extends Duplex {
	/** Ids that were seen: its own, objects', callers'. */
	readonly ids: number[] = [0, 1, 2, 3, 1024];
	readonly gone: Promise<void>;
	seen: Seen[] = [];
	readonly #reader = new MessageReader(({ type, peer }, body) => {
		const { path, objectId } = decodeFields(body);
		this.seen.push({ type, path });
		this.ids.push(peer, objectId ?? 0);
	});

	constructor(broker: Broker) {
		super({ allowHalfOpen: false });
		this.gone = new Promise((resolve) => this.on("close", resolve));
		broker.accept(this);
	}

	say(type: number, seq: number, fields: Parameters<typeof encodeMessage>[1]): void {
		this.emit("data", encodeMessage({ type, seq, peer: 0 }, fields));
	}

	sayAnything(random: Random, others: readonly number[]): void {
		const { type, fields } = randomMessage(random, [...this.ids, ...others]);
		const header = { type, seq: random.below(0x10000), peer: random.pick(this.ids) };
		const bytes = encodeMessage(header, fields);
		this.emit("data", random.oneIn(8) ? mutateBytes(random, bytes) : bytes);
	}

	forget(): void {
		this.seen = [];
		this.ids.splice(8);
	}

	override _read(): void {}

	override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
		this.#reader.push(chunk);
		done();
	}
}

/** Text that differs where values differ; what UTF-16 cannot say in UTF-8 is U+FFFD on both sides. */
function show(table: BlobTable): string {
	return JSON.stringify(table, (_name, value: unknown) => {
		if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("hex")}`;
		// Small bigints travel as INT64 and come back as numbers.
		if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : `${value}n`;
		if (typeof value === "number" && !Number.isFinite(value)) return String(value);
		return typeof value === "string" ? Buffer.from(value).toString() : value;
	});
}

function same(property: string, actual: string, expected: string): void {
	if (actual !== expected) throw new Error(`${property}: ${actual} instead of ${expected}`);
}
