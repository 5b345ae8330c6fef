import type { LogWriter } from "polywan/log";
import type { PolywanEvent, Rate, Status } from "polywan-core/status";
import { monotonicMs } from "polywan-runtime/clock";
import type { Listener } from "../bus/feed.ts";
import type { MqttModel } from "../config/model.ts";
import { commandTopics, parseCommand } from "./command.ts";
import { BrokerConnection } from "./connection.ts";
import { buildDiscovery } from "./discovery.ts";
import type { Message } from "./message.ts";
import type { Router } from "./router.ts";
import { buildEventMessages, buildFigureMessages, buildStateMessages } from "./topics.ts";

/** Keeps a broker told: what changed at once, figures at an interval, everything after each connect. */
export class Publisher implements Listener {
	readonly name = "mqtt";
	trouble: string | null = "not connected yet";
	readonly #model: MqttModel;
	readonly #router: Router;
	readonly #log: LogWriter;
	readonly #connection: BrokerConnection;
	/** What the broker has, by topic; retained payloads alone are taken back. */
	readonly #told = new Map<string, Message>();
	#status: Status | null = null;
	#rates: Readonly<Record<string, Rate>> = {};
	/** Null: not known yet. */
	#running: boolean | null = null;
	#targets: readonly string[] = [];
	#defaultPolicy: string | null = null;
	#figuresAtMs = Number.NEGATIVE_INFINITY;
	#configSequence = -1;

	constructor(model: MqttModel, router: Router, log: LogWriter) {
		this.#model = model;
		this.#router = router;
		this.#log = log;
		this.#connection = new BrokerConnection(model, {
			onConnect: () => this.#greet(),
			onMessage: (topic, payload) => this.#receive(topic, payload),
			onTrouble: (message) => {
				this.trouble = message;
				log("warning", "mqtt: the broker is not reached", { host: model.host, error: message });
			},
		});
	}

	start(): void {
		this.#connection.start();
	}

	/** The last word is "offline". */
	close(): Promise<void> {
		return this.#connection.close({ topic: `${this.#model.topic}/status`, payload: "offline" });
	}

	onStatus(status: Status, rates: Readonly<Record<string, Rate>>): void {
		const isNew = status.sequence !== this.#configSequence;
		this.#status = status;
		this.#rates = rates;
		if (isNew) {
			this.#configSequence = status.sequence;
			void this.#readDefaultPolicy();
		}
		this.#tell(false);
	}

	onEvents(events: readonly PolywanEvent[]): void {
		for (const message of buildEventMessages(this.#model.topic, events)) this.#connection.publish(message);
	}

	onDaemon(running: boolean): void {
		this.#running = running;
		this.#tell(false);
	}

	async #readDefaultPolicy(): Promise<void> {
		if (!this.#model.commands) return;
		const { target, targets } = await this.#router.readDefaultPolicy();
		this.#defaultPolicy = target;
		this.#targets = targets;
		this.#tell(false);
	}

	#greet(): void {
		const { host, topic, commands, discoveryPrefix } = this.#model;
		this.#log("notice", "mqtt: connected", { host });
		this.trouble = null;
		this.#told.clear();
		const birth = discoveryPrefix === null ? [] : [`${discoveryPrefix}/status`];
		const topics = [...birth, ...(commands ? commandTopics(topic) : [])];
		if (topics.length > 0) this.#connection.subscribe(topics);
		this.#tell(true);
	}

	/** Publishes what the broker does not have yet, and takes back what is no more. */
	#tell(everything: boolean): void {
		if (!this.#connection.connected) return;
		const wanted = this.#messages();
		this.#publish(wanted);
		this.#takeBack(new Set(wanted.map(({ topic }) => topic)));
		const isDue = monotonicMs() - this.#figuresAtMs >= this.#model.intervalMs;
		if (this.#running && (everything || isDue)) void this.#tellFigures();
	}

	#publish(messages: readonly Message[]): void {
		for (const message of messages) {
			if (this.#told.get(message.topic)?.payload === message.payload) continue;
			if (this.#connection.publish(message)) this.#told.set(message.topic, message);
		}
	}

	async #tellFigures(): Promise<void> {
		this.#figuresAtMs = monotonicMs();
		const usages = await this.#router.readUsage();
		if (this.#status !== null)
			this.#publish(buildFigureMessages(this.#model.topic, this.#status, this.#rates, usages));
	}

	#messages(): Message[] {
		const { topic } = this.#model;
		const status = this.#status;
		const messages: Message[] = [{ topic: `${topic}/status`, payload: "online", retain: true }];
		if (this.#running !== null)
			messages.push({
				topic: `${topic}/daemon`,
				payload: this.#running ? "running" : "stopped",
				retain: true,
			});
		if (status === null) return messages;
		messages.push(...buildDiscovery(this.#model, status, this.#targets));
		messages.push(...buildStateMessages(topic, status));
		if (this.#defaultPolicy !== null)
			messages.push({ topic: `${topic}/default_policy`, payload: this.#defaultPolicy });
		return messages;
	}

	/** Uplinks and policies that are gone would stay with the broker for ever. */
	#takeBack(wanted: ReadonlySet<string>): void {
		const names = new Set(this.#status?.uplinks.map(({ name }) => `${this.#model.topic}/uplink/${name}/`));
		for (const [topic, message] of this.#told) {
			const isFigure = /\/(quality|usage)$/.test(topic);
			if (wanted.has(topic)) continue;
			if (isFigure && [...names].some((name) => topic.startsWith(name))) continue;
			if ((message.retain ?? this.#model.retain) && !this.#connection.publish({ ...message, payload: "" }))
				continue;
			this.#told.delete(topic);
		}
	}

	#receive(topic: string, payload: Uint8Array): void {
		if (topic === `${this.#model.discoveryPrefix}/status`) {
			// Home Assistant started: it wants to hear everything again.
			this.#told.clear();
			this.#tell(true);
			return;
		}
		const command = this.#model.commands ? parseCommand(this.#model.topic, topic, payload) : null;
		if (command === null) {
			this.#log("notice", "mqtt: a message that is no command", { topic });
			return;
		}
		this.#router.obey(command).then(
			() => this.#log("notice", "mqtt: obeyed", { ...command }),
			(error: unknown) => this.#log("warning", "mqtt: refused", { ...command, error: String(error) }),
		);
	}
}
