import type { Problem } from "polywan-core/config/problem";
import type { UbusConnection, UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";

/** What `status` tells of a part; no secret is ever in it. */
export interface PartStatus {
	readonly name: string;
	readonly state: "ok" | "trouble";
	/** Empty while all is well. */
	readonly trouble: string;
}

/** Publishes the ubus object `polywan.reports`. */
export function publishReports(
	bus: UbusConnection,
	problems: readonly Problem[],
	parts: () => readonly PartStatus[],
	more: Readonly<Record<string, UbusMethod>>,
): void {
	bus.publish("polywan.reports", {
		status: { call: () => ({ problems, parts: parts() }) as unknown as BlobTable },
		...more,
	});
}
