import { UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { Trial, TrialAction } from "./trial.ts";

const ACTIONS: readonly TrialAction[] = ["begin", "confirm", "cancel", "status"];
const DEFAULT_TIMEOUT_S = 60;

/**
 * `trial {action, timeout, edited}` answers TrialStatus of polywan-core/status. For begin: `timeout` in seconds; `edited` says
 * that /etc/config/polywan was changed already, so that what is in force is what comes back.
 */
export function trialMethods(trial: Trial): Record<string, UbusMethod> {
	return {
		trial: {
			args: { action: "string", timeout: "int32", edited: "bool" },
			call: async ({ action, timeout = DEFAULT_TIMEOUT_S, edited }) => {
				const known = ACTIONS.find((name) => name === action);
				if (known === undefined) throw new UbusError(ubusStatus.invalidArgument);
				const status = await trial.perform(known, Number(timeout), edited === true);
				return { ...status, changed: [...status.changed] };
			},
		},
	};
}
