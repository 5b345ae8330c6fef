import type { Problem } from "polywan-core/config/problem";
import { UbusError, ubusStatus } from "ubus-js/bus";
import { callDaemon } from "./daemon-client.ts";
import { complain, print, printJson } from "./print.ts";
import { renderProblems } from "./tables.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

// The verbs that tell the daemon what to do.

export const upVerb = wishVerb("up", "use an uplink whatever its probes say");
export const downVerb = wishVerb("down", "stop using an uplink; its connections move");
export const autoVerb = wishVerb("auto", "let the probes decide again");

function wishVerb(action: "up" | "down" | "auto", help: string): Verb {
	return {
		name: action,
		usage: "<uplink>",
		help,
		details: "Lasts until `polywan auto <uplink>` or a reboot.",
		options: [],
		mostArguments: 1,
		run: async ({ words: [name] }) => {
			if (name === undefined) throw new UsageError("which uplink?");
			try {
				await callDaemon("uplink", { name, action });
				return EXIT.ok;
			} catch (error) {
				if (!(error instanceof UbusError) || error.code !== ubusStatus.invalidArgument) throw error;
				complain(`there is no uplink '${name}'; \`polywan uplinks\` lists them`);
				return EXIT.problem;
			}
		},
	};
}

export const reloadVerb: Verb = {
	name: "reload",
	usage: "[--json]",
	help: "read the configuration again and change what differs",
	details: "Problems of the configuration are printed; the exit code is 0 when the daemon took the request.",
	options: ["json"],
	mostArguments: 0,
	run: async (given) => {
		const answer = await callDaemon("reload");
		if (given.options.has("json")) printJson(answer);
		else print(renderProblems(answer.problems as unknown as Problem[]));
		return EXIT.ok;
	},
};
