import { monotonicMs } from "polywan-runtime/clock";
import type { MqttModel } from "../config/model.ts";
import { Buffer, MqttClient } from "./library.cjs";
import type { Message } from "./message.ts";
import { openSocketStream } from "./socket-stream.ts";

/** What the owner of a connection is told. */
export interface ConnectionEvents {
	/** Connected; nothing of an earlier connection counts any more. */
	onConnect(): void;
	onMessage(topic: string, payload: Uint8Array): void;
	/** Not connected any more, or not connected; told once until it is connected again. */
	onTrouble(message: string): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const LEAST_BACKOFF_MS = 1000;
const MOST_BACKOFF_MS = 60_000;
/** A connection that holds that long lets the next failure start with the shortest pause again. */
const GOOD_AFTER_MS = 30_000;
/** A broker that does not answer gets no more than that; the next connection tells it everything again. */
const MOST_UNANSWERED = 500;

/** A connection to a broker that comes back by itself: a new client for each attempt, after longer and longer pauses. */
export class BrokerConnection {
	readonly #model: MqttModel;
	readonly #events: ConnectionEvents;
	#client: MqttClient | null = null;
	#backoffMs = LEAST_BACKOFF_MS;
	#connectedAtMs: number | null = null;
	#unanswered = 0;
	#troubleTold = false;
	#timer: number | undefined;
	#closed = false;

	constructor(model: MqttModel, events: ConnectionEvents) {
		this.#model = model;
		this.#events = events;
	}

	get connected(): boolean {
		return this.#client?.connected === true;
	}

	start(): void {
		this.#attempt();
	}

	/** False when it was not sent: there is no connection, or the broker is behind. */
	publish(message: Message): boolean {
		if (this.#client === null || !this.connected || this.#unanswered >= MOST_UNANSWERED) return false;
		this.#unanswered++;
		const { qos, retain } = this.#model;
		this.#client.publish(message.topic, message.payload, { qos, retain: message.retain ?? retain }, () => {
			this.#unanswered--;
		});
		return true;
	}

	subscribe(topics: string[]): void {
		this.#client?.subscribe(topics, { qos: 1 }, (error) => {
			if (error) this.#events.onTrouble(`subscribe: ${error.message}`);
		});
	}

	/** Ends when the broker was told, or has not taken it in time. */
	async close(farewell: Message): Promise<void> {
		this.#closed = true;
		clearTimeout(this.#timer);
		const client = this.#client;
		if (client === null || !this.connected) return;
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, 1000);
			const done = () => {
				clearTimeout(timer);
				resolve();
			};
			client.publish(farewell.topic, farewell.payload, { qos: 1, retain: farewell.retain ?? true }, () =>
				client.end(false, done),
			);
		});
	}

	#attempt(): void {
		const { host, port, tls, username, password, topic } = this.#model;
		let why = "";
		this.#unanswered = 0;
		const client = new MqttClient(() => openSocketStream(host, port, tls), {
			protocolVersion: this.#model.protocolVersion,
			clientId: this.#model.clientId,
			...(username !== null && { username }),
			...(password !== null && { password }),
			keepalive: this.#model.keepaliveS,
			clean: true,
			reschedulePings: false,
			reconnectPeriod: 0,
			connectTimeout: CONNECT_TIMEOUT_MS,
			resubscribe: false,
			timerVariant: "native",
			writeCache: false,
			will: { topic: `${topic}/status`, payload: Buffer.from("offline"), qos: 1, retain: true },
		});
		this.#client = client;
		client
			.on("connect", () => {
				this.#connectedAtMs = monotonicMs();
				this.#troubleTold = false;
				this.#events.onConnect();
			})
			.on("message", (received, payload) => this.#events.onMessage(received, payload))
			.on("error", (error) => {
				why = error.message;
				// After what is no MQTT nothing that follows can be understood.
				if (client.connected) client.end(true, () => {});
			})
			.on("close", () => this.#lost(client, why));
	}

	#lost(client: MqttClient, why: string): void {
		if (this.#closed || client !== this.#client) return;
		const wasConnected = this.#connectedAtMs !== null;
		const heldMs = monotonicMs() - (this.#connectedAtMs ?? monotonicMs());
		this.#client = null;
		this.#connectedAtMs = null;
		client.end(true, () => {});
		if (!this.#troubleTold) {
			this.#troubleTold = true;
			const otherwise = wasConnected ? "the connection was lost" : "the broker does not answer";
			this.#events.onTrouble(why === "" ? otherwise : why);
		}
		if (heldMs >= GOOD_AFTER_MS) this.#backoffMs = LEAST_BACKOFF_MS;
		// Routers of one power cut do not all come at once.
		const pauseMs = this.#backoffMs * (0.5 + Math.random() / 2);
		this.#backoffMs = Math.min(this.#backoffMs * 2, MOST_BACKOFF_MS);
		this.#timer = setTimeout(() => this.#attempt(), pauseMs);
	}
}
