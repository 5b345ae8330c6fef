import type { Plan, PlanUplink } from "polywan-core/plan/plan";
import { replaceProgram } from "polywan-runtime/exec";
import { errorMessage } from "../apply/tool.ts";
import { readState } from "../daemon/state-file.ts";
import { groupOf, installUseRules } from "../use/use-rules.ts";
import { NoDaemonError } from "./daemon-client.ts";
import { complain } from "./print.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

/** As shells have it. */
const NOT_RUNNABLE = 126;
const NOT_FOUND = 127;

export const useVerb: Verb = {
	name: "use",
	usage: "<uplink> <command…>",
	help: "run a command whose connections go over that uplink",
	details: `Also when the uplink is down, or another policy would have it otherwise. The command runs in a group of its own, which
the packet filter knows; it has UPLINK and DEVICE in its environment. The exit code is the command's; 127 where there is
no such command.`,
	options: [],
	mostArguments: Number.POSITIVE_INFINITY,
	wordsBeforeCommand: 1,
	run: async ({ words: [name, ...command] }) => {
		if (name === undefined) throw new UsageError("which uplink?");
		if (command.length === 0) throw new UsageError("which command?");
		const { plan, firewall } = readState() ?? { plan: null, firewall: "none" as const };
		if (plan === null)
			throw new NoDaemonError("polywan is not in force; start it with /etc/init.d/polywan start");
		const uplink = findUplink(plan, name);
		const device = uplink.devices[4] ?? uplink.devices[6];
		if (device === null) {
			complain(`uplink '${name}' has no link; \`polywan uplinks\` says why`);
			return EXIT.problem;
		}
		try {
			await installUseRules(plan, uplink, firewall);
		} catch (error) {
			complain(errorMessage(error));
			return EXIT.problem;
		}
		return become(command, groupOf(uplink), { UPLINK: name, DEVICE: device });
	},
};

function findUplink(plan: Plan, name: string): PlanUplink {
	const uplink = plan.uplinks.find((entry) => entry.name === name);
	if (uplink !== undefined) return uplink;
	throw new UsageError(
		`there is no uplink '${name}'; there are ${plan.uplinks.map((entry) => entry.name).join(", ")}`,
	);
}

function become(command: readonly string[], gid: number, env: Readonly<Record<string, string>>): number {
	try {
		return replaceProgram(command, { gid, env });
	} catch (error) {
		complain(errorMessage(error));
		const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
		return isMissing ? NOT_FOUND : NOT_RUNNABLE;
	}
}
