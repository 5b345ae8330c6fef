import type { TrialStatus } from "polywan-core/status";
import { monotonicMs } from "polywan-runtime/clock";
import { readText } from "polywan-runtime/file";
import type { UbusConnection } from "ubus-js/bus";
import { errorMessage } from "../apply/tool.ts";
import type { Wanted } from "../daemon/state-file.ts";
import { type Manifest, SavedFiles } from "./saved-files.ts";

/** The configurations a change can touch. */
export const TRIAL_CONFIGS = [
	"polywan",
	"network",
	"firewall",
	"dhcp",
	"polywan_reports",
	"polywan_secrets",
] as const;
/** What else a backup brings back. */
const TRIAL_FILES = [...TRIAL_CONFIGS, "/etc/polywan.user"] as const;
const SHORTEST_TRIAL_S = 1;
const LONGEST_TRIAL_S = 86_400;

const CONFIG_DIRECTORY = "/etc/config";
const RETRY_MS = 1000;
const ANNOUNCE_TIMEOUT_MS = 2000;

export type TrialAction = "begin" | "confirm" | "cancel" | "status";

export interface TrialOptions {
	readonly bus: Pick<UbusConnection, "call">;
	/** The text of /etc/config/polywan that is in force; null when that is not known. */
	readonly configInForce: () => string | null;
	/** /etc/config/polywan is as it was: reads it again. */
	readonly onReturned: () => void;
	/** What was asked for by hand before. */
	readonly onWishes: (wanted: Readonly<Record<string, Wanted>>) => void;
	readonly tell: (reason: string) => void;
}

/**
 * A change on trial: the files before it are saved until somebody confirms. If nobody does in time, after a restart of the
 * daemon too, or if the router was rebooted, they come back and whoever uses them is told.
 */
export class Trial {
	readonly #options: TrialOptions;
	readonly #saved = new SavedFiles(CONFIG_DIRECTORY);
	#manifest: Manifest | null = null;
	#last: TrialStatus["last"] = null;
	#returning: Promise<void> | null = null;
	#timer: number | null = null;
	#troubleTold = false;
	#closed = false;

	constructor(options: TrialOptions) {
		this.#options = options;
	}

	/** Goes on with a trial that an earlier daemon, or an earlier boot, began. */
	start(): void {
		this.#manifest = this.#saved.read();
		if (this.#manifest === null) return;
		if (this.#manifest.bootId === readBootId()) this.#wait(this.#manifest);
		else void this.#return("the router was rebooted before the change was confirmed");
	}

	close(): void {
		this.#closed = true;
		this.#schedule(null);
	}

	/**
	 * Does it and gives what is the case then; a refusal is `error`, and nothing was changed. `edited`: the file of polywan was
	 * changed already, what is in force is what comes back. `wanted`: wishes that come back, too.
	 */
	async perform(
		action: TrialAction,
		timeoutS: number,
		edited: boolean,
		wanted: Readonly<Record<string, Wanted>> = {},
	): Promise<TrialStatus> {
		if (action === "status") return this.#status();
		if (action === "begin") return this.#status(this.#begin(timeoutS, edited, wanted));
		if (this.#manifest === null) return this.#status("no change is on trial");
		if (this.#returning !== null) return this.#status("the files from before are coming back already");
		if (action === "confirm") this.#confirm(this.#manifest);
		else await this.#return("the change was taken back");
		return this.#status();
	}

	#begin(timeoutS: number, edited: boolean, wanted: Readonly<Record<string, Wanted>>): string | null {
		if (this.#manifest !== null)
			return `a change is on trial already, for another ${this.#remainingS()} s: confirm or cancel it first`;
		if (!Number.isInteger(timeoutS) || timeoutS < SHORTEST_TRIAL_S || timeoutS > LONGEST_TRIAL_S)
			return `the time to confirm must be ${SHORTEST_TRIAL_S} to ${LONGEST_TRIAL_S} whole seconds`;
		const inForce = edited ? this.#options.configInForce() : null;
		const contents = new Map(inForce === null ? [] : [["polywan", inForce]]);
		const deadlineMs = monotonicMs() + timeoutS * 1000;
		try {
			const bootId = readBootId();
			this.#manifest = this.#saved.save(TRIAL_FILES, contents, { bootId, deadlineMs, timeoutS, wanted });
		} catch (error) {
			return `the files cannot be saved, so nothing was begun: ${errorMessage(error)}`;
		}
		this.#wait(this.#manifest);
		this.#options.tell(`a change is on trial for ${timeoutS} s`);
		return null;
	}

	#confirm(manifest: Manifest): void {
		const changed = this.#saved.changed(manifest);
		this.#end("confirmed");
		this.#options.tell(`the change is confirmed: ${changed.join(", ") || "nothing"} changed`);
	}

	#end(how: TrialStatus["last"]): void {
		this.#last = how;
		this.#schedule(null);
		this.#manifest = null;
		this.#saved.drop();
	}

	#wait({ deadlineMs, timeoutS }: Manifest): void {
		const reason = `the change was not confirmed within ${timeoutS} s`;
		this.#schedule(() => void this.#return(reason), Math.max(0, deadlineMs - monotonicMs()));
	}

	#return(reason: string): Promise<void> {
		this.#schedule(null);
		this.#returning ??= this.#putBack(reason).finally(() => {
			this.#returning = null;
		});
		return this.#returning;
	}

	/** Until it is done: what is half-way is done again by the next daemon, for the files are kept until the end. */
	async #putBack(reason: string): Promise<void> {
		if (this.#manifest === null) return;
		let changed: readonly string[];
		try {
			changed = this.#saved.restore(this.#manifest);
		} catch (error) {
			if (!this.#troubleTold)
				this.#options.tell(`the files from before the change cannot be put back yet: ${errorMessage(error)}`);
			this.#troubleTold = true;
			this.#schedule(() => void this.#return(reason), RETRY_MS);
			return;
		}
		if (changed.includes("polywan")) this.#options.onReturned();
		this.#options.onWishes(this.#manifest.wanted ?? {});
		for (const name of changed) if (!name.startsWith("/")) await this.#announce(name);
		if (this.#closed) return;
		this.#end("returned");
		const what = changed.length === 0 ? "nothing had changed" : `${changed.join(", ")} as before`;
		this.#options.tell(`${reason}: ${what}`);
	}

	/** Tells procd, which reloads whoever uses that configuration. */
	async #announce(name: string): Promise<void> {
		const event = { type: "config.change", data: { package: name } };
		while (!this.#closed) {
			try {
				await this.#options.bus.call("service", "event", event, { timeoutMs: ANNOUNCE_TIMEOUT_MS });
				return;
			} catch {
				// ubusd or procd is not there at the moment.
				await new Promise<void>((resolve) => this.#schedule(resolve, RETRY_MS));
			}
		}
	}

	#status(error: string | null = null): TrialStatus {
		const manifest = this.#manifest;
		return {
			state: manifest === null ? "none" : this.#returning === null ? "pending" : "returning",
			remaining_s: this.#remainingS(),
			timeout_s: manifest?.timeoutS ?? 0,
			changed: manifest === null ? [] : this.#saved.changed(manifest),
			last: this.#last,
			error,
		};
	}

	#remainingS(): number {
		if (this.#manifest === null) return 0;
		return Math.max(0, Math.ceil((this.#manifest.deadlineMs - monotonicMs()) / 1000));
	}

	#schedule(run: (() => void) | null, delayMs = 0): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = run === null || this.#closed ? null : setTimeout(run, delayMs);
	}
}

function readBootId(): string {
	return readText("/proc/sys/kernel/random/boot_id").trim();
}
