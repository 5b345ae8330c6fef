import { seededRow } from "polywan-core/simulate/random";
import { renderSimulation } from "polywan-core/simulate/render";
import { parseScenario, SCENARIO_HELP, ScenarioError } from "polywan-core/simulate/scenario";
import { simulate } from "polywan-core/simulate/simulate";
import { exists, readText } from "polywan-runtime/file";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { complain, print, printJson } from "./print.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

/** procd makes no /dev/stdin. */
const STANDARD_INPUT = "/proc/self/fd/0";

export const simulateVerb: Verb = {
	name: "simulate",
	usage: "--events=<file|-> [--config=<file>] [--seed=<n>] [--json]",
	help: "what outages and loads would do: states, shares and decisions over time",
	details: `Nothing is sent and nothing is changed: the clock is virtual. --config: default ${CONFIG_FILE}. --seed decides which packets a loss
takes; the same seed gives the same result (default 1).

${SCENARIO_HELP}`,
	options: ["events=", "config=", "seed=", "json"],
	mostArguments: 0,
	run: async ({ options }) => {
		const events = readOption(options, "events");
		if (events === null) throw new UsageError("--events is needed");
		const file = readOption(options, "config") ?? CONFIG_FILE;
		const understood = understandConfig(readConfigIfAny(file), {});
		if (!("model" in understood)) {
			complain(`${file} ${understood.problem.message}`);
			return EXIT.problem;
		}
		const path = events === "-" ? STANDARD_INPUT : events;
		if (!exists(path)) {
			complain(`there is no file ${path}`);
			return EXIT.problem;
		}
		try {
			const scenario = parseScenario(readText(path), understood.model);
			const result = simulate(understood.model, scenario, seededRow(readSeed(options)));
			if (options.has("json")) printJson(result);
			else print(renderSimulation(result));
			return EXIT.ok;
		} catch (error) {
			if (!(error instanceof ScenarioError)) throw error;
			complain(`${events === "-" ? "standard input" : events}, ${error.message}`);
			return EXIT.problem;
		}
	},
};

function readOption(options: Given["options"], name: string): string | null {
	const value = options.get(name);
	return typeof value === "string" ? value : null;
}

function readSeed(options: Given["options"]): number {
	const text = readOption(options, "seed") ?? "1";
	if (!/^\d{1,9}$/.test(text)) throw new UsageError("'--seed' must be a whole number");
	return Number(text);
}
