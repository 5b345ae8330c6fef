import { buildId } from "polywan-runtime/program";
import { VERSION } from "../version.ts";
import { print, printJson } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const versionVerb: Verb = {
	name: "version",
	usage: "[--json]",
	help: "the version, and the runtime it was built with",
	options: ["json"],
	mostArguments: 0,
	run: async ({ options }) => {
		if (options.has("json")) printJson({ version: VERSION, runtime: buildId });
		else print(`polywan ${VERSION} (runtime ${buildId})`);
		return EXIT.ok;
	},
};
