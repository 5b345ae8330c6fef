import { exists } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { env } from "polywan-runtime/program";

export const USER_SCRIPT = "/etc/polywan.user";
const MOST_WAITING = 64;
const MOST_OUTPUT_BYTES = 16 * 1024;
/** A change of the kernel that takes longer than this does not hold up the user's script. */
const MOST_HOLD_MS = 1000;

/** What a run of the user's script is told, as environment variables. */
export interface HookEvent {
	/** A state, as `polywan status` has it: "up", "down", "degraded", "starting", "recovering". */
	readonly action: string;
	readonly uplink: string;
	readonly family: "ipv4" | "ipv6";
	/** netifd's name, empty when the link is gone. */
	readonly interface: string;
	/** Layer-3 device, empty when the link is gone. */
	readonly device: string;
	readonly reason: string;
}

/** Runs the user's script once for each event, one after the other, never longer than the time it is given. */
export class HookRunner {
	timeoutMs = 0;
	readonly #waiting: HookEvent[] = [];
	readonly #onFailure: (uplink: string, reason: string) => void;
	readonly #settled: () => Promise<void>;
	#running = false;

	/**
	 * `onFailure` is told when a run failed or took too long, or when events are left out because they come too fast. The kernel comes
	 * first: a run begins when `settled` has ended.
	 */
	constructor(onFailure: (uplink: string, reason: string) => void, settled: () => Promise<void>) {
		this.#onFailure = onFailure;
		this.#settled = settled;
	}

	run(event: HookEvent): void {
		if (this.#waiting.length >= MOST_WAITING) {
			this.#onFailure(event.uplink, `${USER_SCRIPT} is too slow: the event "${event.action}" is left out`);
			return;
		}
		this.#waiting.push(event);
		if (!this.#running) void this.#drain();
	}

	async #drain(): Promise<void> {
		this.#running = true;
		for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
			await this.#hold();
			await this.#runOne(event);
		}
		this.#running = false;
	}

	async #hold(): Promise<void> {
		let timer = 0;
		const longest = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, MOST_HOLD_MS);
		});
		await Promise.race([this.#settled(), longest]);
		clearTimeout(timer);
	}

	async #runOne(event: HookEvent): Promise<void> {
		if (!exists(USER_SCRIPT)) return;
		try {
			const { exitCode, signal, timedOut, stderr } = await spawn(["/bin/sh", USER_SCRIPT], {
				env: renderEnvironment(event),
				timeoutMs: this.timeoutMs,
				maxOutputBytes: MOST_OUTPUT_BYTES,
			}).done;
			if (exitCode === 0) return;
			const how = timedOut ? `took longer than ${this.timeoutMs} ms` : `ended with ${signal ?? exitCode}`;
			const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
			this.#onFailure(event.uplink, `${USER_SCRIPT} ${how}${said && `: ${said}`}`);
		} catch (error) {
			this.#onFailure(event.uplink, `${USER_SCRIPT} cannot be run: ${String(error)}`);
		}
	}
}

function renderEnvironment(event: HookEvent): Record<string, string> {
	return {
		PATH: env("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
		HOME: env("HOME") ?? "/",
		ACTION: event.action,
		UPLINK: event.uplink,
		FAMILY: event.family,
		INTERFACE: event.interface,
		DEVICE: event.device,
		REASON: event.reason,
	};
}
