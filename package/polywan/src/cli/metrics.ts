import { buildMetrics } from "polywan-core/metrics/build";
import { type MetricFamily, renderOpenMetrics } from "polywan-core/metrics/family";
import type { Status } from "polywan-core/status";
import type { UbusConnection } from "ubus-js/bus";
import { withDaemon } from "./daemon-client.ts";
import { print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const metricsVerb: Verb = {
	name: "metrics",
	usage: "",
	help: "every figure of the status for Prometheus, as OpenMetrics text",
	options: [],
	mostArguments: 0,
	run: async () => {
		const families = await withDaemon(async (connection) => {
			const status = (await connection.call("polywan", "status")) as unknown as Status;
			return [...buildMetrics(status), ...(await readPluginMetrics(connection))];
		});
		print(renderOpenMetrics(families));
		return EXIT.ok;
	},
};

/** Those of the plugins of polywan-reports; none where that does not run. */
async function readPluginMetrics(connection: UbusConnection): Promise<readonly MetricFamily[]> {
	try {
		const { families } = await connection.call("polywan.reports", "metrics");
		return families as unknown as readonly MetricFamily[];
	} catch {
		return [];
	}
}
