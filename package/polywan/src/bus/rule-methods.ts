import { renderComment } from "polywan-core/render/mark";
import type { RuleStatus, Status } from "polywan-core/status";
import type { UbusMethod } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import type { Counter } from "../apply/firewall.ts";

/** `polywan rules`: the rules with what matched them, read from the kernel when somebody asks. */
export function ruleMethods(
	status: () => Status,
	counters: () => Promise<ReadonlyMap<string, Counter>>,
): Readonly<Record<string, UbusMethod>> {
	return {
		rules: {
			call: async () => {
				const { sequence, rules } = status();
				// A back end that does not answer now is no reason to keep the rules back.
				const counted = await counters().catch(() => new Map<string, Counter>());
				return { sequence, rules: rules.map((rule) => count(rule, counted)) };
			},
		},
	};
}

function count(rule: RuleStatus, counted: ReadonlyMap<string, Counter>): BlobTable {
	const { packets, bytes } = counted.get(renderComment("rule", rule.name)) ?? { packets: 0, bytes: 0 };
	return { ...rule, connections: packets, bytes };
}
