import { renderOptionHelp } from "polywan-core/config/help";
import { complain, print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

const EXIT_CODES = `Exit codes: 0 all is well; 1 a problem, a difference, or a refusal; 2 wrong usage;
3 the daemon does not run or cannot be reached.
`;

/** `polywan help [verb|options]` for that list of verbs. */
export function helpVerb(verbs: readonly Verb[]): Verb {
	const self: Verb = {
		name: "help",
		usage: "[verb|options]",
		help: "this list, a verb, or every option of /etc/config/polywan",
		options: [],
		mostArguments: 1,
		run: async ({ words: [topic] }) => {
			const verb = [...verbs, self].find(({ name }) => name === topic);
			if (topic === undefined) print(renderOverview([...verbs, self]));
			else if (topic === "options") print(renderOptionHelp());
			else if (verb !== undefined) print(renderVerb(verb));
			else {
				complain(`there is no verb '${topic}'`);
				return EXIT.usage;
			}
			return EXIT.ok;
		},
	};
	return self;
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
