import type { Verb } from "./verb.ts";

export const daemonVerb: Verb = {
	name: "daemon",
	usage: "[--foreground]",
	help: "run the daemon; the init script does that",
	details: "With --foreground its messages go to stderr instead of the system log.",
	options: ["foreground"],
	mostArguments: 0,
	run: async ({ options }) => {
		const { runDaemon } = await import("../daemon/run-daemon.ts");
		return runDaemon({ foreground: options.has("foreground") });
	},
};
