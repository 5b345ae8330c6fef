import type { Policy } from "polywan-core/config/model";
import { readState } from "../daemon/state-file.ts";
import { callDaemon } from "./daemon-client.ts";
import { complain, print, printJson } from "./print.ts";
import { renderTable } from "./table.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const LARGEST = 1000;
/** As many as there may be uplinks. */
const MOST_UPLINKS = 252;

type Weights = Readonly<Record<string, number>>;

export const weightsVerb: Verb = {
	name: "weights",
	usage: "<policy> [<uplink>=<weight> …|--clear] [--json]",
	help: "the weights in a policy of mode custom; sets some of them",
	details: `Weights are whole numbers up to ${LARGEST}; 0 takes an uplink out of the policy. Those that are not named stay as they
are. They hold at once and over restarts of the daemon, until --clear: then those of the configuration count again.
Example: polywan weights office wan=7 wanb=3`,
	options: ["clear", "json"],
	mostArguments: 1 + MOST_UPLINKS,
	run: async (given) => {
		const [name, ...words] = given.words;
		if (name === undefined) throw new UsageError("which policy?");
		const changes = words.map(parseChange);
		const clear = given.options.has("clear");
		if (clear && changes.length > 0) throw new UsageError("--clear sets no weights");
		const policies = (await callDaemon("config")).policies as unknown as readonly Policy[];
		const policy = policies.find((candidate) => candidate.name === name);
		const refusal = policy === undefined ? describeUnknown(name, policies) : findFault(policy, changes);
		if (refusal !== null || policy === undefined) {
			complain(refusal ?? "");
			return EXIT.problem;
		}
		if (clear) await setWeights(name, {});
		else if (changes.length > 0) await setWeights(name, { ...readSet(name), ...Object.fromEntries(changes) });
		show(policy, given);
		return EXIT.ok;
	},
};

function parseChange(word: string): readonly [uplink: string, weight: number] {
	const [, uplink, digits] = /^([^=]+)=([0-9]{1,4})$/.exec(word) ?? [];
	if (uplink === undefined || Number(digits) > LARGEST)
		throw new UsageError(`'${word}' is not <uplink>=<weight from 0 to ${LARGEST}>`);
	return [uplink, Number(digits)];
}

function describeUnknown(name: string, policies: readonly Policy[]): string {
	const custom = policies.filter(({ mode }) => mode === "custom").map((policy) => policy.name);
	const those = custom.length === 0 ? "no policy is of mode custom" : `of mode custom: ${custom.join(", ")}`;
	return `there is no policy '${name}'; ${those}`;
}

/** Why the weights cannot be set; null: they can. */
function findFault(
	{ name, mode, members }: Policy,
	changes: readonly (readonly [string, number])[],
): string | null {
	if (mode !== "custom")
		return `policy '${name}' is of mode ${mode}: weights are set by hand in mode custom alone (option mode)`;
	const known = members.map(({ uplink }) => uplink);
	const stranger = changes.find(([uplink]) => !known.includes(uplink));
	return stranger === undefined
		? null
		: `uplink '${stranger[0]}' is no member of policy '${name}'; its members: ${known.join(", ")}`;
}

async function setWeights(policy: string, weights: Weights): Promise<void> {
	await callDaemon("weights", { policy, weights });
}

/** What was set by hand, as the daemon keeps it. */
function readSet(policy: string): Weights {
	return readState()?.weights[policy] ?? {};
}

function show({ name, members }: Policy, given: Given): void {
	const set = readSet(name);
	const weights = members.map(({ uplink, weight }) => ({
		uplink,
		weight: set[uplink] ?? weight,
		configured: weight,
		set: set[uplink] !== undefined,
	}));
	if (given.options.has("json")) printJson({ policy: name, weights });
	else print(renderTable(["UPLINK", "WEIGHT", "CONFIGURED", ""], weights.map(renderRow)));
}

function renderRow({
	uplink,
	weight,
	configured,
	set,
}: {
	uplink: string;
	weight: number;
	configured: number;
	set: boolean;
}): string[] {
	return [uplink, String(weight), String(configured), set ? "set by hand" : ""];
}
