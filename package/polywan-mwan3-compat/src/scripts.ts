import { exists } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import type { Call } from "./action.ts";

const USER_SCRIPT = "/etc/mwan3.user";
const HOTPLUG = "/sbin/hotplug-call";
const TIMEOUT_MS = 60_000;
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Calls /etc/mwan3.user and the hotplug scripts, one event after the other. */
export class Scripts {
	readonly #waiting: Call[] = [];
	readonly #onFailure: (message: string) => void;
	#isRunning = false;

	constructor(onFailure: (message: string) => void) {
		this.#onFailure = onFailure;
	}

	run(calls: readonly Call[]): void {
		this.#waiting.push(...calls);
		if (!this.#isRunning) void this.#drain();
	}

	async #drain(): Promise<void> {
		this.#isRunning = true;
		for (let call = this.#waiting.shift(); call; call = this.#waiting.shift()) {
			// netifd itself calls hotplug for ifup and ifdown.
			const isOurs = call.action === "connected" || call.action === "disconnected";
			if (isOurs && exists(HOTPLUG)) await this.#runOne([HOTPLUG, "iface"], call);
			if (exists(USER_SCRIPT)) await this.#runOne(["/bin/sh", USER_SCRIPT], call);
		}
		this.#isRunning = false;
	}

	async #runOne(argv: readonly string[], call: Call): Promise<void> {
		const environment = { PATH, ACTION: call.action, INTERFACE: call.interface, DEVICE: call.device };
		try {
			const end = await spawn(argv, { env: environment, output: "ignore", timeoutMs: TIMEOUT_MS }).done;
			if (end.exitCode !== 0)
				this.#onFailure(
					`${argv.join(" ")} (${call.action} ${call.interface}) ended with ${end.signal ?? end.exitCode}`,
				);
		} catch (error) {
			this.#onFailure(`${argv.join(" ")} cannot be run: ${String(error)}`);
		}
	}
}
