import { printCandidates } from "./completion.ts";
import { NoDaemonError } from "./daemon-client.ts";
import { renderUnknownVerb, renderVerb } from "./help.ts";
import { complain, print } from "./print.ts";
import { EXIT, parseArguments, UsageError, type Verb } from "./verb.ts";
import { findVerb, listVerbs } from "./verbs.ts";

/** Runs the verb that the command line names and gives the exit code. */
export async function runVerb(words: readonly string[]): Promise<number> {
	const [name = "help", ...rest] = words;
	if (name === "__complete") return printCandidates(await listVerbs(), rest);
	const verb = await findVerb(ALIASES[name] ?? name);
	if (verb === undefined) {
		complain(renderUnknownVerb(name, await listVerbs()));
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
		return explain(error, verb);
	}
}

const ALIASES: Readonly<Record<string, string>> = { "--help": "help", "-h": "help", "--version": "version" };

/** Says what went wrong and gives the exit code; anything but an error meant for users is thrown on, to be seen with its stack. */
export function explain(error: unknown, verb?: Verb): number {
	if (error instanceof UsageError) {
		complain([error.message, ...(verb ? [`Usage: polywan ${verb.name} ${verb.usage}`] : [])].join("\n"));
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
