import type { Problem } from "polywan-core/config/problem";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { printJson } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const configVerb: Verb = {
	name: "config",
	usage: "[file]",
	help: "the configuration as it is understood, with every default, as JSON",
	details: `Without a file: ${CONFIG_FILE}. Works without the daemon.`,
	options: ["json"],
	mostArguments: 1,
	run: async ({ words: [file = CONFIG_FILE] }) => {
		const understood = understandConfig(readConfigIfAny(file), {});
		const none: { problems: readonly Problem[] } = {
			problems: "problem" in understood ? [understood.problem] : [],
		};
		printJson("model" in understood ? understood.model : none);
		return "model" in understood ? EXIT.ok : EXIT.problem;
	},
};
