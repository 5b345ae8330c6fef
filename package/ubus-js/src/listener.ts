import type { BlobTable } from "./codec.ts";
import type { Link } from "./link.ts";
import { messageType } from "./message.ts";
import type { BusObject, ReportError } from "./registry.ts";

/** ubusd's own object that registers listeners and takes events (UBUS_SYSTEM_OBJECT_EVENT). */
export const eventObjectId = 1;
const registerTimeoutMs = 30000;

/** Receives events whose name matches a pattern: a name, or a prefix and `*`. */
export class EventListener implements BusObject {
	readonly #pattern: string;
	readonly #on: (event: string, data: BlobTable) => void;
	readonly #report: ReportError;

	constructor(pattern: string, on: (event: string, data: BlobTable) => void, report: ReportError) {
		this.#pattern = pattern;
		this.#on = on;
		this.#report = report;
	}

	attached(link: Link, id: number): void {
		const attempted = `ubus listen ${this.#pattern}`;
		const registered = link.request({
			type: messageType.invoke,
			peer: eventObjectId,
			fields: {
				objectId: eventObjectId,
				method: "register",
				data: { object: id | 0, pattern: this.#pattern },
			},
			attempted,
			timeoutMs: registerTimeoutMs,
		});
		registered.catch((error) => {
			if (link.open) this.#report(error, attempted);
		});
	}

	detached(): void {}

	invoked(event: string, data: BlobTable): void {
		this.#on(event, data);
	}
}
