import { isTerminal, writeStderr } from "polywan-runtime/program";
import { onSignal } from "polywan-runtime/signal";
import { Log } from "../log.ts";
import { Daemon } from "./daemon.ts";
import { lockDaemon } from "./lock.ts";

/** Runs the daemon until SIGTERM or SIGINT; gives the exit code. What the kernel has stays. */
export function runDaemon({ foreground }: { foreground: boolean }): Promise<number> {
	if (!lockDaemon()) {
		writeStderr("polywan: the daemon runs already\n");
		return Promise.resolve(1);
	}
	const log = new Log(foreground || isTerminal(2));
	const daemon = new Daemon(log);
	daemon.start();
	onSignal("SIGHUP", () => void daemon.reload());
	return new Promise((resolve) => {
		const end = async () => {
			await daemon.stop();
			log.write("notice", "stopped; the rules in force stay");
			resolve(0);
		};
		onSignal("SIGTERM", () => void end());
		onSignal("SIGINT", () => void end());
	});
}
