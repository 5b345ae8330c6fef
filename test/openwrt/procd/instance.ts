import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import type { BlobTable } from "ubus-js/codec";
import { fingerprint, type InstanceConfig } from "./config.ts";

export type InstanceEvent = "instance.start" | "instance.stop" | "instance.respawn" | "instance.fail";

/** What daemons print goes here instead of logd. */
const logFile = "/tmp/log/messages";

/** One process that procd looks after. */
export class Instance {
	readonly name: string;
	#config: InstanceConfig;
	#fingerprint: string;
	readonly #onEvent: (event: InstanceEvent, instance: Instance) => void;
	#process: ChildProcess | null = null;
	#exitCode: number | null = null;
	#startedMs = 0;
	#quickExits = 0;
	/** Told to stop: no respawn. */
	#halted = false;
	#respawnTimer: NodeJS.Timeout | null = null;
	#killTimer: NodeJS.Timeout | null = null;
	#afterExit: (() => void) | null = null;

	constructor(
		name: string,
		config: InstanceConfig,
		onEvent: (event: InstanceEvent, instance: Instance) => void,
	) {
		this.name = name;
		this.#config = config;
		this.#fingerprint = fingerprint(config);
		this.#onEvent = onEvent;
	}

	get running(): boolean {
		return this.#process !== null;
	}

	get pid(): number | null {
		return this.#process?.pid ?? null;
	}

	/** One that is still on its way out is started again when it is gone. */
	start(): void {
		if (this.#process && this.#halted) this.#afterExit = () => this.start();
		if (this.#process) return;
		this.#halted = false;
		if (this.#respawnTimer) clearTimeout(this.#respawnTimer);
		this.#respawnTimer = null;
		this.#quickExits = 0;
		this.#spawn();
	}

	/** Takes a new description over: restarts (or signals) the process only if it differs. */
	update(config: InstanceConfig): void {
		const next = fingerprint(config);
		const changed = next !== this.#fingerprint;
		this.#config = config;
		this.#fingerprint = next;
		if (!this.#process || this.#halted) this.start();
		else if (changed && config.reloadSignal !== null) this.signal(config.reloadSignal);
		else if (changed) this.stop(() => this.start());
	}

	/** SIGTERM, and SIGKILL when that does not end it in time. `then` runs when the process is gone. */
	stop(then: () => void = () => {}): void {
		this.#halted = true;
		if (this.#respawnTimer) clearTimeout(this.#respawnTimer);
		this.#respawnTimer = null;
		if (!this.#process) {
			then();
			return;
		}
		this.#afterExit = then;
		this.signal("SIGTERM");
		this.#killTimer ??= setTimeout(() => this.signal("SIGKILL"), this.#config.termTimeoutS * 1000);
	}

	/** To the process alone, as procd does. */
	signal(signal: NodeJS.Signals | number): void {
		if (!this.#process?.pid) return;
		try {
			process.kill(this.#process.pid, signal);
		} catch {
			// It ended by itself meanwhile.
		}
	}

	/** An entry of `ubus call service list`. */
	describe(): BlobTable {
		const { command, termTimeoutS, env, data, respawn } = this.#config;
		return {
			running: this.running,
			...(this.pid ? { pid: this.pid } : {}),
			command,
			term_timeout: termTimeoutS,
			...(this.#exitCode === null ? {} : { exit_code: this.#exitCode }),
			...(Object.keys(env).length > 0 ? { env } : {}),
			...(Object.keys(data).length > 0 ? { data } : {}),
			...(respawn
				? { respawn: { threshold: respawn.thresholdS, timeout: respawn.delayS, retry: respawn.retry } }
				: {}),
		};
	}

	#spawn(): void {
		const [program = "", ...args] = this.#config.command;
		const log = openSync(logFile, "a");
		const child = spawn(program, args, {
			env: { ...process.env, ...this.#config.env },
			stdio: ["ignore", this.#config.stdout ? log : "ignore", this.#config.stderr ? log : "ignore"],
			detached: true,
		});
		closeSync(log);
		this.#process = child;
		this.#startedMs = performance.now();
		child.once("error", (error) => {
			console.error(`procd: cannot run ${program}: ${error.message}`);
			this.#exited(127);
		});
		child.once("exit", (code, signal) => this.#exited(code ?? (signal ? 128 : 0)));
		if (this.#config.pidfile && child.pid) writeFileSync(this.#config.pidfile, `${child.pid}\n`);
		this.#onEvent("instance.start", this);
	}

	#exited(code: number): void {
		if (!this.#process) return;
		this.#process = null;
		this.#exitCode = code;
		if (this.#killTimer) clearTimeout(this.#killTimer);
		this.#killTimer = null;
		if (this.#config.pidfile) rmSync(this.#config.pidfile, { force: true });
		const then = this.#afterExit;
		this.#afterExit = null;
		if (this.#halted) this.#onEvent("instance.stop", this);
		else this.#respawn();
		then?.();
	}

	#respawn(): void {
		const { respawn } = this.#config;
		if (!respawn) {
			this.#onEvent("instance.stop", this);
			return;
		}
		const ranS = (performance.now() - this.#startedMs) / 1000;
		this.#quickExits = ranS < respawn.thresholdS ? this.#quickExits + 1 : 0;
		if (respawn.retry > 0 && this.#quickExits > respawn.retry) {
			this.#onEvent("instance.fail", this);
			return;
		}
		this.#respawnTimer = setTimeout(() => {
			this.#respawnTimer = null;
			this.#onEvent("instance.respawn", this);
			this.#spawn();
		}, respawn.delayS * 1000);
	}
}
