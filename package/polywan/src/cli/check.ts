import { exists } from "polywan-runtime/file";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { complain, print, printJson } from "./print.ts";
import { renderProblems } from "./tables.ts";
import { EXIT, type Verb } from "./verb.ts";

export const checkVerb: Verb = {
	name: "check",
	usage: "[file] [--json]",
	help: "everything that is wrong with a configuration file",
	details: `Without a file: ${CONFIG_FILE}. Works without the daemon. Exit code 1 when there are errors.`,
	options: ["json"],
	mostArguments: 1,
	run: async ({ words: [file = CONFIG_FILE], options }) => {
		if (!exists(file)) {
			complain(`there is no file ${file}`);
			return EXIT.problem;
		}
		const understood = understandConfig(readConfigIfAny(file), {});
		const problems = "model" in understood ? understood.model.problems : [understood.problem];
		if (options.has("json")) printJson({ problems });
		else print(problems.length === 0 ? "No problem found." : renderProblems(problems));
		return problems.some(({ severity }) => severity === "error") ? EXIT.problem : EXIT.ok;
	},
};
