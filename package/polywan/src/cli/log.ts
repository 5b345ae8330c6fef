import type { LogLevel } from "polywan-core/config/model";
import { parseLogLine } from "polywan-core/tool/log-line";
import { spawn } from "polywan-runtime/process";
import { LineReader } from "../plugin/line-reader.ts";
import { readLog } from "../syslog/read-log.ts";
import { complain, print, printJson } from "./print.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const LEVELS: readonly LogLevel[] = ["error", "warning", "notice", "info", "debug"];

export const logVerb: Verb = {
	name: "log",
	usage: "[--follow] [--level error|warning|notice|info|debug] [--json]",
	help: "what polywan wrote to the system log",
	details: "With --follow new lines as they come, until Ctrl-C. --level: those at least that grave.",
	options: ["follow", "level=", "json"],
	mostArguments: 0,
	run: async (given) => {
		const isWanted = readLevel(given);
		try {
			if (given.options.has("json")) {
				const lines = (await readLog()) ?? [];
				printJson({ lines: lines.filter(({ level }) => isWanted(level)) });
				return EXIT.ok;
			}
			const follow = given.options.has("follow") ? ["-f"] : [];
			const lines = new LineReader();
			const tell = (chunk: Uint8Array) => {
				for (const line of lines.push(chunk)) if (isWanted(parseLogLine(line).level)) print(line);
			};
			const { exitCode } = await spawn(["logread", ...follow, "-e", "polywan"], {
				output: tell,
			}).done;
			return exitCode === 0 ? EXIT.ok : EXIT.problem;
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
			complain("there is no logread: the log is where this system's log daemon keeps it");
			return EXIT.problem;
		}
	},
};

function readLevel({ options }: Given): (level: LogLevel | null) => boolean {
	const wanted = options.get("level");
	if (wanted === undefined) return () => true;
	const most = LEVELS.indexOf(wanted as LogLevel);
	if (most < 0) throw new UsageError(`'--level' must be one of ${LEVELS.join(", ")}`);
	return (level) => level !== null && LEVELS.indexOf(level) <= most;
}
