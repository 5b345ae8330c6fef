import { listOptionTopics, renderOptionHelp } from "polywan-core/config/help";
import { renderSuggestion } from "polywan-core/config/suggestion";
import { complain, print } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

const EXIT_CODES = `Exit codes: 0 all is well; 1 a problem, a difference, or a refusal; 2 wrong usage;
3 the daemon does not run or cannot be reached.
`;

/** `polywan help` for the verbs that `list` gives. */
export function helpVerb(list: () => Promise<readonly Verb[]>): Verb {
	return {
		name: "help",
		usage: "[<verb> | options [<section type>|<option>]]",
		help: "this list, a verb, or the options of /etc/config/polywan",
		details:
			"`polywan help options rule` explains the options of a rule, `polywan help options weight` that one.",
		options: [],
		mostArguments: 2,
		run: async ({ words: [topic, part] }) => {
			const verbs = await list();
			const text = renderTopic(verbs, topic, part);
			if (text !== null) {
				print(text);
				return EXIT.ok;
			}
			if (topic === "options" && part !== undefined) {
				const hint = renderSuggestion(part, listOptionTopics());
				complain(`there is no section type or option '${part}'${hint}; \`polywan help options\` lists them`);
			} else complain(renderUnknownVerb([topic, part].filter(Boolean).join(" "), verbs));
			return EXIT.usage;
		},
	};
}

/** Null: nothing is known of it. */
function renderTopic(
	verbs: readonly Verb[],
	topic: string | undefined,
	part: string | undefined,
): string | null {
	if (topic === undefined) return renderOverview(verbs);
	if (topic === "options") return renderOptionHelp(part);
	if (part !== undefined) return null;
	const verb = verbs.find(({ name }) => name === topic);
	return verb === undefined ? renderOptionHelp(topic) : renderVerb(verb);
}

/** What to say to a verb there is not. */
export function renderUnknownVerb(name: string, verbs: readonly Verb[]): string {
	const known = verbs.filter(({ hidden }) => !hidden).map((verb) => verb.name);
	return `there is no verb '${name}'${renderSuggestion(name, known)}; \`polywan help\` lists them`;
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
