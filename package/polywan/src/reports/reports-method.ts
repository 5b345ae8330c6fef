import type { UbusMethod } from "ubus-js/bus";

/** `reports` answers ReportsSetUp. Of the daemon, as the program that makes reports runs only where something is switched on. */
export function reportsMethods(): Record<string, UbusMethod> {
	return {
		reports: {
			call: async () => {
				const { readReportsSetUp } = await import("./list-secrets.ts");
				const { installed, secrets } = readReportsSetUp();
				return { installed, secrets: [...secrets] };
			},
		},
	};
}
