import { writeFileAtomic } from "polywan-runtime/file";
import { writeStdout } from "polywan-runtime/program";
import { buildBundle } from "../support/bundle.ts";
import { print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

export const supportVerb: Verb = {
	name: "support",
	usage: "[file]",
	help: "what helps somebody else to help, as one text without secrets",
	details: `Versions, configuration, state, events, findings, scripts, addresses, routes, packet filter and logs. Passwords, keys and
user names are replaced by ***. Without a file: on standard output. Works without the daemon.`,
	options: [],
	mostArguments: 1,
	run: async ({ words: [file] }) => {
		const bundle = await buildBundle((title) => {
			if (file !== undefined) print(title);
		});
		if (file === undefined) writeStdout(bundle);
		else writeFileAtomic(file, bundle, 0o600);
		return EXIT.ok;
	},
};
