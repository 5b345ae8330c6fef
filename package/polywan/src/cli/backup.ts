import { wallMs } from "polywan-runtime/clock";
import { writeFileAtomic } from "polywan-runtime/file";
import { writeStdout } from "polywan-runtime/program";
import { readFiles, renderBackup } from "../backup/backup.ts";
import { readState } from "../state-file.ts";
import { VERSION } from "../version.ts";
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

/** A backup of what is there now. Throws SystemError. */
export function renderCurrent(): string {
	const wanted = readState()?.wanted ?? {};
	return renderBackup({ version: VERSION, created_at_ms: Math.round(wallMs()), files: readFiles(), wanted });
}
