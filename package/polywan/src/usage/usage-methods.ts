import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Terms } from "./terms.ts";

/** The bus methods about usage: `usage` tells, `usage_hosts` of hosts at home (HostUsagePage of polywan-core/status), `usage_set` puts right what was counted in the present period. `isLimited`: by the rules in force. */
export function usageMethods(
	terms: Terms,
	isLimited: (uplink: string) => boolean,
): Record<string, UbusMethod> {
	return {
		usage: { call: () => ({ usage: terms.usage(isLimited) }) as unknown as BlobTable },
		usage_hosts: {
			args: { uplink: "string", offset: "int32", limit: "int32" },
			call: async ({ uplink, offset, limit }) => {
				const name = typeof uplink === "string" ? uplink : undefined;
				const from = Math.max(Number(offset ?? 0), 0);
				const page = await terms.hostUsage(name, from, Number(limit ?? 0));
				if (page === null) throw new UbusError(ubusStatus.invalidArgument);
				return { ...page } as unknown as BlobTable;
			},
		},
		usage_set: {
			args: { uplink: "string", rx_bytes: "int64", tx_bytes: "int64" },
			call: ({ uplink, rx_bytes: rx, tx_bytes: tx }) => {
				const counts = [rx, tx].map((value) => (value === undefined ? 0 : Number(value)));
				const areCounts = counts.every((count) => Number.isSafeInteger(count) && count >= 0);
				const [rxBytes = 0, txBytes = 0] = counts;
				if (typeof uplink !== "string" || !areCounts || !terms.correct(uplink, rxBytes, txBytes))
					throw new UbusError(ubusStatus.invalidArgument);
			},
		},
	};
}
