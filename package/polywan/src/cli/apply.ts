import type { Problem } from "polywan-core/config/problem";
import type { TrialStatus } from "polywan-core/status";
import { spawn } from "polywan-runtime/process";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { TRIAL_CONFIGS } from "../trial/trial.ts";
import { callDaemon, NoDaemonError, withDaemon } from "./daemon-client.ts";
import { complain, print, printJson } from "./print.ts";
import { renderProblems } from "./tables.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

const TOOL_TIMEOUT_MS = 20_000;
/** Returning waits for everybody who has to be told. */
const TRIAL_TIMEOUT_MS = 20_000;

export const applyVerb: Verb = {
	name: "apply",
	usage: "[--confirm <seconds>] | confirm | cancel | status [--json]",
	help: "put changed configuration into force, on trial if wanted",
	details: `Commits what \`uci\` has pending for ${TRIAL_CONFIGS.join(", ")}, and tells every service of what changed.
With --confirm the files from before come back after that time unless \`polywan apply confirm\` is given,
also when the daemon was restarted meanwhile; a reboot brings them back at once. \`polywan apply cancel\` does so now.
What is wrong with the new configuration is printed; the rest of it is in force.`,
	options: ["confirm=", "cancel", "json"],
	mostArguments: 1,
	firstWords: ["confirm", "cancel", "status"],
	run: async (given) => {
		const [word = given.options.has("cancel") ? "cancel" : null] = given.words;
		if (word === "confirm" || word === "cancel" || word === "status") return finish(word, given);
		if (word !== null) throw new UsageError(`unexpected '${word}'`);
		return apply(given);
	},
};

async function finish(action: "confirm" | "cancel" | "status", given: Given): Promise<number> {
	const status = await callTrial(action);
	if (given.options.has("json")) printJson(status);
	else if (status.error !== null) complain(status.error);
	else print(action === "status" ? renderTrial(status) : renderEnd(action, status));
	return status.error === null ? EXIT.ok : EXIT.problem;
}

async function apply(given: Given): Promise<number> {
	const timeoutS = readSeconds(given);
	if (timeoutS !== null) {
		const begun = await callTrial("begin", timeoutS);
		if (begun.error !== null) {
			complain(begun.error);
			return EXIT.problem;
		}
	}
	let pending: readonly string[];
	try {
		pending = listPending(await runTool(["uci", "changes"]));
		for (const config of TRIAL_CONFIGS) await runTool(["uci", "commit", config]);
		await runTool(["reload_config"]);
	} catch (error) {
		complain(error instanceof Error ? error.message : String(error));
		if (timeoutS !== null) await callTrial("cancel");
		return EXIT.problem;
	}
	const isJson = given.options.has("json");
	const problems = await reload();
	if (!isJson) print(renderProblems(problems));
	if (timeoutS === null) {
		await announce(pending);
		return EXIT.ok;
	}
	const status = await callTrial("status");
	await announce(status.changed);
	if (isJson) printJson(status);
	else print(renderTrial(status));
	return EXIT.ok;
}

/** At once: procd tells the daemon only a second later. Gives what is wrong, by the file alone where no daemon runs. */
async function reload(): Promise<readonly Problem[]> {
	try {
		return (await callDaemon("reload")).problems as unknown as readonly Problem[];
	} catch (error) {
		if (!(error instanceof NoDaemonError)) throw error;
	}
	const understood = understandConfig(readConfigIfAny(CONFIG_FILE), {});
	return "model" in understood ? understood.model.problems : [understood.problem];
}

/** The configurations that lines of `uci changes` are about: "network.lan.mtu='1400'", "-network.wan6". */
function listPending(text: string): readonly string[] {
	return TRIAL_CONFIGS.filter((config) =>
		text.split("\n").some((line) => line.replace(/^[-+@|~^]/, "").startsWith(`${config}.`)),
	);
}

/**
 * A change that came back from its trial and is made once more is no news to reload_config, which compares with what it saw
 * last: those who use the files are told by name. Told twice they still read them once.
 */
async function announce(configs: readonly string[]): Promise<void> {
	if (configs.length === 0) return;
	await withDaemon(async (connection) => {
		for (const name of configs) {
			const event = { type: "config.change", data: { package: name } };
			// Without procd nobody has to be told.
			await connection.call("service", "event", event, { timeoutMs: TOOL_TIMEOUT_MS }).catch(() => {});
		}
	});
}

/** Gives what it printed. A configuration that does not exist has nothing to commit. */
async function runTool(argv: readonly string[]): Promise<string> {
	const end = await spawn(argv, { timeoutMs: TOOL_TIMEOUT_MS }).done;
	const complaint = new TextDecoder().decode(end.stderr).trim();
	if (end.exitCode === 0 || complaint === "uci: Entry not found") return new TextDecoder().decode(end.stdout);
	throw new Error(`${argv.join(" ")} failed: ${complaint || (end.signal ?? end.exitCode)}`);
}

function readSeconds({ options }: Given): number | null {
	const text = options.get("confirm");
	if (text === undefined) return null;
	if (typeof text !== "string" || !/^\d{1,9}$/.test(text))
		throw new UsageError("'--confirm' must be a whole number of seconds");
	return Number(text);
}

async function callTrial(action: string, timeoutS?: number): Promise<TrialStatus> {
	const args = timeoutS === undefined ? { action } : { action, timeout: timeoutS, edited: true };
	return (await callDaemon("trial", args, TRIAL_TIMEOUT_MS)) as unknown as TrialStatus;
}

/** After the daemon was told to end the trial. */
function renderEnd(action: "confirm" | "cancel", status: TrialStatus): string {
	if (status.state !== "none") return renderTrial(status);
	return action === "confirm" ? "The change is confirmed." : "The files are as they were before.";
}

function renderTrial({ state, remaining_s, changed }: TrialStatus): string {
	const what = changed.length === 0 ? "nothing has changed yet" : `changed: ${changed.join(", ")}`;
	if (state === "none") return "No change is on trial.";
	if (state === "returning") return `The files from before are coming back (${what}).`;
	return `On trial for another ${remaining_s} s (${what}). Keep it with: polywan apply confirm`;
}
