import { renderOpenMetrics } from "polywan-core/metrics/family";
import { gatherMetrics } from "polywan-core/metrics/gather";
import { withDaemon } from "./daemon-client.ts";
import { print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const metricsVerb: Verb = {
	name: "metrics",
	usage: "",
	help: "every figure there is for Prometheus, as OpenMetrics text",
	options: [],
	mostArguments: 0,
	run: async () => {
		const families = await withDaemon((connection) =>
			gatherMetrics((object, method) => connection.call(object, method)),
		);
		print(renderOpenMetrics(families));
		return EXIT.ok;
	},
};
