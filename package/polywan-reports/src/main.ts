import { Log } from "polywan/log";
import { VERSION } from "polywan/version";
import { renderProblem } from "polywan-core/config/problem";
import { args, exit, writeStderr, writeStdout } from "polywan-runtime/program";
import { renderReportsHelp } from "./config/help.ts";
import { isAnythingWanted } from "./config/model.ts";
import { readReports } from "./config/read.ts";
import { answerRequest } from "./metrics/cgi.ts";
import { runReports } from "./run-reports.ts";

const USAGE = `Usage: polywan-reports <verb>
  daemon    tell what polywan knows, as /etc/config/polywan_reports says; the init script does that
            (with --foreground its messages go to stderr)
  check     everything that is wrong with /etc/config/polywan_reports and /etc/config/polywan_secrets
  help      every option of those files
  version   the version
`;

/** Runs the verb that the command line names and gives the exit code. */
function run([verb = "", ...rest]: readonly string[]): number | Promise<number> {
	switch (verb) {
		case "daemon":
			return runReports({ foreground: rest.includes("--foreground") });
		case "wanted":
			return wanted();
		case "cgi":
			return answerRequest();
		case "check":
			return check();
		case "help":
			writeStdout(renderReportsHelp());
			return 0;
		case "version":
			writeStdout(`${VERSION}\n`);
			return 0;
		default:
			writeStderr(USAGE);
			return 2;
	}
}

/** Whether there is anything to run for. Where a file's error is why there is not, nobody else would tell. */
function wanted(): number {
	const model = readReports();
	if (isAnythingWanted(model)) return 0;
	const log = new Log(false);
	for (const problem of model.problems)
		if (problem.severity === "error") log.write("error", renderProblem(problem));
	return 1;
}

function check(): number {
	const { problems } = readReports();
	for (const problem of problems) writeStdout(`${problem.severity}: ${renderProblem(problem)}\n`);
	if (problems.length === 0) writeStdout("No problem found.\n");
	return problems.some(({ severity }) => severity === "error") ? 1 : 0;
}

void Promise.resolve(run(args)).then(exit);
