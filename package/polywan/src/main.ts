import { args, exit } from "polywan-runtime/program";

/** Gives the exit code. The daemon, which runs for months, is to have nothing of the other verbs in memory. */
async function run(words: readonly string[]): Promise<number> {
	const [verb, ...options] = words;
	if (verb === "daemon" && options.every((option) => option === "--foreground"))
		return runDaemon(options.length > 0);
	const { runVerb } = await import("./cli/run-verb.ts");
	return runVerb(words);
}

async function runDaemon(foreground: boolean): Promise<number> {
	try {
		const daemon = await import("./daemon/run-daemon.ts");
		return await daemon.runDaemon({ foreground });
	} catch (error) {
		const { explain } = await import("./cli/run-verb.ts");
		return explain(error);
	}
}

void run(args).then(exit);
