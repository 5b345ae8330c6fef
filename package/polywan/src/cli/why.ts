import { renderExplanation } from "polywan-core/why/render";
import { readState } from "../daemon/state-file.ts";
import { answerQuestion, type InForce } from "../why/answer.ts";
import { DETAILS } from "../why/details.ts";
import { type Question, QuestionError } from "../why/question.ts";
import { NoDaemonError } from "./daemon-client.ts";
import { readModel, readWhyNot } from "./model-in-force.ts";
import { print, printJson } from "./print.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

export const whyVerb: Verb = {
	name: "why",
	usage: "<source> <destination> [proto] [port] [--in=<device>] [--source-port=<n>] [--dscp=<p>] …",
	help: "which uplink a new connection takes, by which rule, and why",
	details: `The source is an address, or 'router' for the router's own traffic; the destination an address or a name. What is not
given is left open. --in says which device or uplink the packet comes in by; without it the kernel's route to the source does.
What few rules look at: --dscp (EF, 46), --mark (what others set: 0x10), --icmp-type (echo-request, 8), --mac of the sender;
of what the router sends --user and --group (names or numbers). --json for programs.
Goes by what is in force; connections that exist stay where they are. Signs: - passed, ? may match, * decided.
Examples: polywan why 192.168.1.20 203.0.113.5 tcp 443; polywan why router 203.0.113.5`,
	options: ["in=", "source-port=", ...DETAILS.map((name) => `${optionOf(name)}=`), "json"],
	mostArguments: 4,
	run: async (given) => {
		const state = readState();
		if (!state?.plan) throw new NoDaemonError("nothing is in force: the daemon has not run yet");
		const { plan, firewall } = state;
		const explanation = await answer(readQuestion(given), {
			plan,
			firewall,
			model: await readModel(),
			whyNot: await readWhyNot(),
		});
		if (given.options.has("json")) printJson(explanation);
		else print(renderExplanation(explanation));
		return EXIT.ok;
	},
};

function readQuestion({ words, options }: Given): Question {
	const [source, destination, protocol, port] = words;
	if (source === undefined || destination === undefined)
		throw new UsageError("a source and a destination are needed");
	const optional = (name: string) => {
		const value = options.get(name);
		return typeof value === "string" ? value : null;
	};
	return {
		source,
		destination,
		protocol: protocol ?? null,
		port: port ?? null,
		sourcePort: optional("source-port"),
		incoming: optional("in"),
		details: Object.fromEntries(
			DETAILS.flatMap((name) => {
				const text = optional(optionOf(name));
				return text === null ? [] : [[name, text]];
			}),
		),
	};
}

function optionOf(detail: string): string {
	return detail.replace("_", "-");
}

async function answer(question: Question, inForce: InForce) {
	try {
		return await answerQuestion(question, inForce);
	} catch (error) {
		if (error instanceof QuestionError) throw new UsageError(error.message);
		throw error;
	}
}
