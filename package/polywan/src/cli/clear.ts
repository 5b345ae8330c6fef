import { clearKernel } from "../apply/clear.ts";
import { lockDaemon } from "../daemon/lock.ts";
import { complain } from "./print.ts";
import { EXIT, type Verb } from "./verb.ts";

const WAIT_MS = 20;
const LONGEST_WAIT_MS = 5000;

export const clearVerb: Verb = {
	name: "clear",
	usage: "",
	help: "take everything of polywan out of the kernel, and nothing else",
	details:
		"The init script does that at stop. Waits for a daemon that is ending, and refuses while one runs.",
	options: [],
	mostArguments: 0,
	run: async () => {
		if (!(await takeLock())) {
			complain("the daemon runs; stop it first: /etc/init.d/polywan stop");
			return EXIT.problem;
		}
		await clearKernel();
		return EXIT.ok;
	},
};

/** procd has only just told the daemon to end when the init script calls this. */
async function takeLock(): Promise<boolean> {
	for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += WAIT_MS) {
		if (lockDaemon()) return true;
		await new Promise<void>((resolve) => setTimeout(resolve, WAIT_MS));
	}
	return lockDaemon();
}
