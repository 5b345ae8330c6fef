import type { PolywanEvent, Status } from "polywan-core/status";
import { wallMs } from "polywan-runtime/clock";
import type { BlobTable } from "ubus-js/codec";
import { callDaemon } from "./daemon-client.ts";
import { print, printJson } from "./print.ts";
import { renderEvents, renderPolicies, renderRules, renderStatus, renderUplinks } from "./tables.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

// The verbs that show what the daemon knows.

export const statusVerb = showVerb("status", "everything at a glance", (answer) =>
	renderStatus(answer as unknown as Status, wallMs()),
);

export const uplinksVerb = showVerb(
	"uplinks",
	"the uplinks: state, latency, loss, addresses, traffic",
	(answer) => renderUplinks((answer as unknown as Pick<Status, "uplinks">).uplinks, wallMs()),
);

export const policiesVerb = showVerb("policies", "the policies and the share of each uplink", (answer) =>
	renderPolicies((answer as unknown as Pick<Status, "policies">).policies),
);

export const rulesVerb = showVerb("rules", "the rules in the order they are tried", (answer) =>
	renderRules((answer as unknown as Pick<Status, "rules">).rules),
);

export const eventsVerb: Verb = {
	name: "events",
	usage: "[--since <sequence>] [--limit <count>] [--json]",
	help: "what happened lately, and why",
	options: ["json", "since=", "limit="],
	mostArguments: 0,
	run: async (given) => {
		const args: BlobTable = {};
		for (const name of ["since", "limit"] as const) {
			const value = readCount(given, name);
			if (value !== null) args[name] = value;
		}
		const answer = await callDaemon("events", args);
		if (given.options.has("json")) printJson(answer);
		else print(renderEvents(answer.events as unknown as PolywanEvent[]));
		return EXIT.ok;
	},
};

function showVerb(name: string, help: string, render: (answer: BlobTable) => string): Verb {
	return {
		name,
		usage: "[--json]",
		help,
		options: ["json"],
		mostArguments: 0,
		run: async (given) => {
			const answer = await callDaemon(name);
			if (given.options.has("json")) printJson(answer);
			else print(render(answer));
			return EXIT.ok;
		},
	};
}

function readCount(given: Given, option: string): number | null {
	const text = given.options.get(option);
	if (text === undefined) return null;
	if (typeof text !== "string" || !/^\d{1,9}$/.test(text))
		throw new UsageError(`'--${option}' must be a whole number`);
	return Number(text);
}
