import { spawn } from "polywan-runtime/process";
import { writeStdout } from "polywan-runtime/program";
import { complain } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const logVerb: Verb = {
	name: "log",
	usage: "[--follow]",
	help: "what polywan wrote to the system log",
	details: "With --follow new lines as they come, until Ctrl-C.",
	options: ["follow"],
	mostArguments: 0,
	run: async ({ options }) => {
		const follow = options.has("follow") ? ["-f"] : [];
		try {
			const { exitCode } = await spawn(["logread", ...follow, "-e", "polywan"], {
				output: (chunk) => writeStdout(chunk),
			}).done;
			return exitCode === 0 ? EXIT.ok : EXIT.problem;
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
			complain("there is no logread: the log is where this system's log daemon keeps it");
			return EXIT.problem;
		}
	},
};
