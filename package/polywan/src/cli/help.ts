import { renderOptionHelp } from "polywan-core/config/help";
import { complain, print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

const EXIT_CODES = `Exit codes: 0 all is well; 1 a problem, a difference, or a refusal; 2 wrong usage;
3 the daemon does not run or cannot be reached.
`;

/** `polywan help [verb|options]` for the verbs that `list` gives. */
export function helpVerb(list: () => Promise<readonly Verb[]>): Verb {
	return {
		name: "help",
		usage: "[verb|options]",
		help: "this list, a verb, or every option of /etc/config/polywan",
		options: [],
		mostArguments: 1,
		run: async ({ words: [topic] }) => {
			const verbs = await list();
			const verb = verbs.find(({ name }) => name === topic);
			if (topic === undefined) print(renderOverview(verbs));
			else if (topic === "options") print(renderOptionHelp());
			else if (verb !== undefined) print(renderVerb(verb));
			else {
				complain(`there is no verb '${topic}'`);
				return EXIT.usage;
			}
			return EXIT.ok;
		},
	};
}

function renderOverview(verbs: readonly Verb[]): string {
	const shown = verbs.filter(({ hidden }) => !hidden);
	const width = Math.max(...shown.map(({ name }) => name.length));
	const lines = shown.map(({ name, help }) => `  ${name.padEnd(width)}  ${help}\n`);
	return `Several Internet uplinks as one connection.\n\nUsage: polywan <verb> [arguments]\n\n${lines.join("")}\n${EXIT_CODES}`;
}

export function renderVerb(verb: Verb): string {
	const details = verb.details === undefined ? "" : `\n${verb.details}\n`;
	return `Usage: polywan ${[verb.name, verb.usage].filter(Boolean).join(" ")}\n\n${verb.help}\n${details}`;
}
