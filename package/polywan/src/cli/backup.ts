import { writeFileAtomic } from "polywan-runtime/file";
import { writeStdout } from "polywan-runtime/program";
import { renderCurrent } from "../backup/review.ts";
import { EXIT, type Verb } from "./verb.ts";

export const backupVerb: Verb = {
	name: "backup",
	usage: "[file]",
	help: "everything a user of polywan wrote, as one file",
	details:
		"Without a file: on standard output. It may hold passwords, so a file is for its owner's eyes alone. `polywan restore` takes it.",
	options: [],
	mostArguments: 1,
	run: async ({ words: [file] }) => {
		const text = renderCurrent();
		if (file === undefined) writeStdout(text);
		else writeFileAtomic(file, text, 0o600);
		return EXIT.ok;
	},
};
