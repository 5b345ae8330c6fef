import type { Problem } from "polywan-core/config/problem";
import { readText } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { UbusError } from "ubus-js/bus";
import { hasTool } from "../apply/tool.ts";
import { type Backup, checkBackup, writeFiles } from "../backup/backup.ts";
import { BEFORE_RESTORE, keepCurrent, readBackup } from "../backup/review.ts";
import { callDaemon, NoDaemonError } from "./daemon-client.ts";
import { complain, print } from "./print.ts";
import { renderProblems } from "./tables.ts";
import { renderTime } from "./time.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

const RELOAD_TIMEOUT_MS = 20_000;

export const restoreVerb: Verb = {
	name: "restore",
	usage: "<file> [--dry-run] [--force]",
	help: "take a backup's files and wishes over",
	details: `The file is checked before anything is changed; with errors in its configuration it is refused unless --force is given.
"-" is standard input. What was there before is kept in ${BEFORE_RESTORE}, which this verb takes back.`,
	options: ["dry-run", "force"],
	mostArguments: 1,
	run: async ({ words: [file], options }) => {
		if (file === undefined) throw new UsageError("which file?");
		const backup = readFile(file);
		if (backup === null) return EXIT.problem;
		const problems = checkBackup(backup);
		print(renderProblems(problems));
		const hasErrors = problems.some(({ severity }) => severity === "error");
		if (options.has("dry-run")) {
			print(describe(backup));
			return hasErrors ? EXIT.problem : EXIT.ok;
		}
		if (hasErrors && !options.has("force")) {
			complain("nothing was changed; --force takes it with these errors");
			return EXIT.problem;
		}
		keepCurrent();
		writeFiles(backup.files);
		print(`${describe(backup)}\nWhat was there before: polywan restore ${BEFORE_RESTORE}`);
		return tell(backup);
	},
};

function readFile(file: string): Backup | null {
	const backup = readBackup(readText(file === "-" ? "/dev/stdin" : file));
	if (!("error" in backup)) return backup;
	complain(`${file} cannot be restored: ${backup.error}`);
	return null;
}

function describe({ files, version, created_at_ms }: Backup): string {
	return `${Object.keys(files).join(", ")} of ${renderTime(created_at_ms)}, polywan ${version}`;
}

/** Whoever uses the files reads them again. */
async function tell({ wanted }: Backup): Promise<number> {
	if (hasTool("reload_config")) await spawn(["reload_config"], { timeoutMs: RELOAD_TIMEOUT_MS }).done;
	try {
		const { problems } = await callDaemon("reload", {}, RELOAD_TIMEOUT_MS);
		print(renderProblems((problems as unknown as Problem[]).filter(({ severity }) => severity === "error")));
		for (const [name, action] of Object.entries(wanted)) await wish(name, action);
	} catch (error) {
		if (!(error instanceof NoDaemonError)) throw error;
		complain("the daemon does not run; it reads the files when it starts");
	}
	return EXIT.ok;
}

/** An uplink that is not in the configuration any more has no wish. */
async function wish(name: string, action: string): Promise<void> {
	try {
		await callDaemon("uplink", { name, action });
	} catch (error) {
		if (!(error instanceof UbusError)) throw error;
	}
}
