import { renderOpenMetrics, renderPrometheusText } from "polywan-core/metrics/family";
import { gatherMetrics } from "polywan-core/metrics/gather";
import { withDaemon } from "./daemon-client.ts";
import { print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const metricsVerb: Verb = {
	name: "metrics",
	usage: "[--prometheus]",
	help: "every figure there is for Prometheus, as OpenMetrics text",
	details:
		"--prometheus: in Prometheus' older text format, which a textfile collector and `promtool check metrics` want.",
	options: ["prometheus"],
	mostArguments: 0,
	run: async ({ options }) => {
		const families = await withDaemon((connection) =>
			gatherMetrics((object, method) => connection.call(object, method)),
		);
		print(options.has("prometheus") ? renderPrometheusText(families) : renderOpenMetrics(families));
		return EXIT.ok;
	},
};
