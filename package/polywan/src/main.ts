import { args, exit } from "polywan-runtime/program";
import { printCandidates } from "./cli/completion.ts";
import { NoDaemonError } from "./cli/daemon-client.ts";
import { renderVerb } from "./cli/help.ts";
import { complain, print } from "./cli/print.ts";
import { EXIT, parseArguments, UsageError, type Verb } from "./cli/verb.ts";
import { VERBS } from "./cli/verbs.ts";

/** Runs the verb that the command line names and gives the exit code. */
async function run(words: readonly string[]): Promise<number> {
	const [name = "help", ...rest] = words;
	if (name === "__complete") return printCandidates(VERBS, rest);
	const verb = findVerb(name);
	if (verb === undefined) {
		complain(`there is no verb '${name}'; \`polywan help\` lists them`);
		return EXIT.usage;
	}
	const own = rest.slice(0, verb.wordsBeforeCommand);
	if (own.includes("--help") || own.includes("-h")) {
		print(renderVerb(verb));
		return EXIT.ok;
	}
	try {
		return await verb.run(parseArguments(verb, rest));
	} catch (error) {
		return explain(verb, error);
	}
}

function findVerb(name: string): Verb | undefined {
	const alias: Readonly<Record<string, string>> = { "--help": "help", "-h": "help", "--version": "version" };
	const wanted = alias[name] ?? name;
	return VERBS.find((verb) => verb.name === wanted);
}

/** Says what went wrong; anything but an error meant for users is thrown on, to be seen with its stack. */
function explain(verb: Verb, error: unknown): number {
	if (error instanceof UsageError) {
		complain(`${error.message}\nUsage: polywan ${verb.name} ${verb.usage}`);
		return EXIT.usage;
	}
	if (error instanceof NoDaemonError) {
		complain(error.message);
		return EXIT.noDaemon;
	}
	if (error instanceof Error && "code" in error) {
		complain(error.message);
		return EXIT.problem;
	}
	throw error;
}

void run(args).then(exit);
