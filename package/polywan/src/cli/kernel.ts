import { renderScripts } from "polywan-core/render/scripts";
import { diffKernel } from "../apply/kernel-diff.ts";
import { readState } from "../daemon/state-file.ts";
import { callDaemon, NoDaemonError } from "./daemon-client.ts";
import { complain, print, printJson } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

// The verbs about what polywan puts into the kernel. Without the daemon they go by the last plan it saved.

export const scriptVerb: Verb = {
	name: "script",
	usage: "[--json]",
	help: "the exact scripts that would be applied to an empty kernel",
	details: "Each part is headed by the command that takes it on its standard input.",
	options: ["json"],
	mostArguments: 0,
	run: async ({ options }) => {
		const scripts = await askOrRead(
			() => callDaemon("script"),
			({ plan, firewall }) => renderScripts(plan, firewall),
		);
		if (options.has("json")) printJson(scripts);
		else for (const [command, text] of Object.entries(scripts)) print(`# ${command}\n${text}`);
		return EXIT.ok;
	},
};

export const diffVerb: Verb = {
	name: "diff",
	usage: "[--json]",
	help: "what differs in the kernel from what should be there",
	details: "Lines with + are missing, lines with - do not belong there. Exit code 1 when anything differs.",
	options: ["json"],
	mostArguments: 0,
	run: async ({ options }) => {
		const { differences } = await askOrRead(
			async () => (await callDaemon("diff")) as unknown as { differences: readonly string[] },
			async ({ plan, firewall }) => ({ differences: await diffKernel(plan, firewall) }),
		);
		if (options.has("json")) printJson({ differences });
		else print(differences.length === 0 ? "Nothing differs." : differences.join("\n"));
		return differences.length === 0 ? EXIT.ok : EXIT.problem;
	},
};

type LastPlan = {
	plan: NonNullable<NonNullable<ReturnType<typeof readState>>["plan"]>;
	firewall: "nftables" | "iptables" | "none";
};

/** The daemon's answer, or one from the state it saved. Rejects with NoDaemonError when there is neither. */
async function askOrRead<T>(ask: () => Promise<T>, read: (last: LastPlan) => T | Promise<T>): Promise<T> {
	try {
		return await ask();
	} catch (error) {
		if (!(error instanceof NoDaemonError)) throw error;
		const state = readState();
		if (!state?.plan) throw error;
		complain(`${error.message}; this goes by the last plan`);
		return read({ plan: state.plan, firewall: state.firewall });
	}
}
