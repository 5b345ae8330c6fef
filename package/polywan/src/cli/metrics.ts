import { buildMetrics } from "polywan-core/metrics/build";
import { renderOpenMetrics } from "polywan-core/metrics/family";
import type { Status } from "polywan-core/status";
import { callDaemon } from "./daemon-client.ts";
import { print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const metricsVerb: Verb = {
	name: "metrics",
	usage: "",
	help: "every figure of the status for Prometheus, as OpenMetrics text",
	options: [],
	mostArguments: 0,
	run: async () => {
		const status = (await callDaemon("status")) as unknown as Status;
		print(renderOpenMetrics(buildMetrics(status)));
		return EXIT.ok;
	},
};
