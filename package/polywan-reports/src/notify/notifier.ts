import type { LogWriter } from "polywan/log";
import { readSystemTimeZone } from "polywan/system-time-zone";
import type { PolywanEvent, Status } from "polywan-core/status";
import { isUplinkUsable } from "polywan-core/usable";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import type { Listener } from "../bus/feed.ts";
import type { Means, NotifierModel } from "../config/model.ts";
import { BacklogFile } from "./backlog-file.ts";
import { Gatherer } from "./gatherer.ts";
import { renderMail } from "./mail-message.ts";
import { buildNotice, buildTest, type Notice, renderEvent } from "./notice.ts";
import { runScript } from "./script.ts";
import { sendMail } from "./smtp.ts";
import { sendWebhook } from "./webhook.ts";

const LEAST_RETRY_MS = 5_000;
const MOST_RETRY_MS = 600_000;
/** Notices that wait; the oldest go first. */
const MOST_WAITING = 50;

/** Tells one receiver of events: gathered, rate-limited, and again and again until it took them. */
export class Notifier implements Listener {
	readonly name: string;
	trouble: string | null = null;
	readonly #model: NotifierModel;
	readonly #host: string;
	readonly #log: LogWriter;
	readonly #gatherer: Gatherer;
	readonly #file: BacklogFile;
	#waiting: Notice[] = [];
	#sending = false;
	#retryMs = LEAST_RETRY_MS;
	#gatherTimer: number | undefined;
	#retryTimer: number | undefined;
	#usable: string | null = null;
	/** Another uplink can be used since what is under way was begun. */
	#isBetter = false;

	constructor(model: NotifierModel, host: string, log: LogWriter) {
		this.name = `notify ${model.name}`;
		this.#model = model;
		this.#host = host;
		this.#log = log;
		this.#gatherer = new Gatherer(model);
		this.#file = new BacklogFile(model.name);
	}

	/** Goes on with what the program before this one could not send. */
	start(): void {
		const backlog = this.#file.load();
		this.#waiting = backlog.waiting.slice(-MOST_WAITING);
		this.#gatherer.restore(backlog, monotonicMs());
		this.#gather();
		if (this.#waiting.length > 0) void this.#send();
	}

	onEvents(events: readonly PolywanEvent[]): void {
		this.#gatherer.add(events, monotonicMs());
		this.#gather();
	}

	/** Another uplink can be used: what could not be sent by those before may be by this one. */
	onStatus({ uplinks }: Status): void {
		const usable = uplinks
			.filter(isUplinkUsable)
			.map(({ name }) => name)
			.join(" ");
		const before = this.#usable;
		this.#usable = usable;
		if (before === null || usable === before || usable === "") return;
		this.#retryMs = LEAST_RETRY_MS;
		this.#isBetter = this.#sending;
		void this.#send();
	}

	/** Sends a message that says it is a test, past everything that waits. Rejects, in words, when it cannot be sent. */
	test(): Promise<void> {
		return deliver(this.#model.means, buildTest(this.#host), this.#log);
	}

	close(): void {
		clearTimeout(this.#gatherTimer);
		clearTimeout(this.#retryTimer);
		this.#save();
		if (this.#waiting.length > 0)
			this.#log("warning", "notify: messages not sent yet", {
				notify: this.#model.name,
				count: this.#waiting.length,
			});
	}

	/** So that nothing is lost when the program ends, however it does. */
	#save(): void {
		try {
			this.#file.save({ waiting: this.#waiting, ...this.#gatherer.saved });
		} catch (error) {
			this.#log("warning", "notify: what waits cannot be kept", {
				notify: this.#model.name,
				error: String(error),
			});
		}
	}

	#gather(): void {
		const nowMs = monotonicMs();
		const events = this.#gatherer.take(nowMs);
		if (events.length > 0) {
			this.#waiting = [...this.#waiting, buildNotice(this.#host, events, readSystemTimeZone())].slice(
				-MOST_WAITING,
			);
			if (this.trouble !== null) this.#save();
			void this.#send();
		}
		clearTimeout(this.#gatherTimer);
		const dueAtMs = this.#gatherer.dueAtMs(nowMs);
		if (dueAtMs !== null) this.#gatherTimer = setTimeout(() => this.#gather(), dueAtMs - nowMs);
	}

	async #send(): Promise<void> {
		if (this.#sending) return;
		this.#sending = true;
		clearTimeout(this.#retryTimer);
		try {
			for (let notice = this.#waiting[0]; notice; notice = this.#waiting[0]) {
				await deliver(this.#model.means, notice, this.#log);
				this.#waiting = this.#waiting.filter((waiting) => waiting !== notice);
				this.#retryMs = LEAST_RETRY_MS;
				// A message that went off at once was never written.
				if (this.#file.isThere) this.#save();
				this.trouble = null;
			}
		} catch (error) {
			this.#waitToRetry(error);
		} finally {
			this.#sending = false;
		}
	}

	#waitToRetry(error: unknown): void {
		const why = error instanceof Error ? error.message : String(error);
		const { name } = this.#model;
		this.trouble = why;
		this.#save();
		this.#log("warning", "notify: not sent, will be tried again", { notify: name, error: why });
		const delayMs = this.#isBetter ? 0 : this.#retryMs;
		this.#isBetter = false;
		this.#retryTimer = setTimeout(() => void this.#send(), delayMs);
		this.#retryMs = Math.min(2 * this.#retryMs, MOST_RETRY_MS);
	}
}

async function deliver(means: Means, notice: Notice, log: LogWriter): Promise<void> {
	switch (means.type) {
		case "webhook":
			return sendWebhook(means, notice);
		case "mail": {
			const id = `${Math.round(wallMs())}.${Math.floor(Math.random() * 1e9)}`;
			return sendMail(means, renderMail(means, notice, new Date(wallMs()), id), notice.host);
		}
		case "script":
			return runScript(means.program, notice);
		case "syslog":
			// It has its own times.
			for (const line of notice.events.length > 0 ? notice.events.map(renderEvent) : [notice.text])
				log(notice.severity === "info" ? "notice" : notice.severity, `notify: ${line}`);
	}
}
