import type { Problem } from "polywan-core/config/problem";
import { type UbusConnection, UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

import type { PartTrouble } from "./part-log.ts";

/** What `status` tells of a part; no secret is ever in it. */
export interface PartStatus {
	readonly name: string;
	readonly state: "ok" | "trouble";
	/** Empty while all is well. */
	readonly trouble: string;
	/** The last ones, newest first, those that are over included. */
	readonly troubles: readonly PartTrouble[];
}

/** Sends a message to try it. Rejects, in words, when it cannot be sent. */
export type SendTest = () => Promise<void>;

/** Publishes the ubus object `polywan.reports`. */
export function publishReports(
	bus: UbusConnection,
	problems: readonly Problem[],
	parts: () => readonly PartStatus[],
	/** By the name of its notify section. */
	tests: ReadonlyMap<string, SendTest>,
	more: Readonly<Record<string, UbusMethod>>,
): void {
	bus.publish("polywan.reports", {
		status: { call: () => ({ problems, parts: parts() }) as unknown as BlobTable },
		test: { args: { notify: "string" }, call: ({ notify }) => sendTest(tests.get(String(notify))) },
		...more,
	});
}

async function sendTest(send: SendTest | undefined): Promise<BlobTable> {
	if (send === undefined) throw new UbusError(ubusStatus.notFound);
	try {
		await send();
		return { error: null };
	} catch (error) {
		return { error: error instanceof Error ? error.message : String(error) };
	}
}
