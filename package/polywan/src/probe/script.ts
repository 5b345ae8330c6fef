import type { ProbeTarget } from "polywan-core/health/probe-target";
import { monotonicUs } from "polywan-runtime/clock";
import { type Child, spawn } from "polywan-runtime/process";
import type { Prober, ProberOptions } from "./prober.ts";

const MOST_OUTPUT_BYTES = 4096;

/** Runs programs: exit code 0 is an answer. They are told in their environment which uplink is meant. */
export class ScriptProber implements Prober {
	readonly #options: ProberOptions;
	readonly #running = new Set<Child>();
	#closed = false;

	constructor(options: ProberOptions) {
		this.#options = options;
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "script") return;
		const { uplink, family, device, mark, addresses, gateway, onReply, onFailure } = this.#options;
		const startUs = monotonicUs();
		const child = spawn([target.path], {
			timeoutMs: target.timeoutMs,
			maxOutputBytes: MOST_OUTPUT_BYTES,
			env: {
				UPLINK: uplink,
				FAMILY: family === 4 ? "ipv4" : "ipv6",
				DEVICE: device,
				MARK: `0x${mark.toString(16)}`,
				ADDRESS: addresses[0] ?? "",
				GATEWAY: gateway ?? "",
			},
		});
		this.#running.add(child);
		void child.done.then(({ exitCode, signal, timedOut, stdout, stderr }) => {
			this.#running.delete(child);
			if (this.#closed) return;
			if (exitCode === 0) return onReply(text, sequence, monotonicUs() - startUs);
			const how = timedOut
				? `took longer than ${target.timeoutMs / 1000} s`
				: `ended with ${signal ?? exitCode}`;
			const said = lastLine(stderr) || lastLine(stdout);
			onFailure(text, sequence, `the script ${how}${said && `: ${said}`}`);
		});
	}

	close(): void {
		this.#closed = true;
		for (const child of this.#running) child.kill("SIGKILL");
		this.#running.clear();
	}
}

function lastLine(bytes: Uint8Array): string {
	const line = new TextDecoder().decode(bytes).trim().split("\n").at(-1) ?? "";
	return line.replace(/\p{Cc}/gu, "?").slice(0, 200);
}
