import { SavePace } from "polywan-core/quota/save-pace";
import { parseUsageFile, resumeUsage, type UplinkUsage, type UsageFile } from "polywan-core/quota/usage";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { exists, makeDirectory, readText, writeFileAtomic } from "polywan-runtime/file";
import { STATE_DIRECTORY } from "../daemon/state-file.ts";

const FLASH_DIRECTORY = "/etc/polywan";
const FLASH_FILE = `${FLASH_DIRECTORY}/usage.json`;
/** In RAM: what a daemon that was killed knew last. */
const RAM_FILE = `${STATE_DIRECTORY}/usage.json`;
/** Flash wears out. */
const FLASH_MS = 3_600_000;
const RAM_MS = 60_000;

type Uplinks = Readonly<Record<string, UplinkUsage>>;

/** Keeps usage over restarts and reboots. */
export class UsageStore {
	readonly #bootId = readText("/proc/sys/kernel/random/boot_id").trim();
	#flash = new SavePace(FLASH_MS, Number.POSITIVE_INFINITY, 0);
	readonly #ram = new SavePace(RAM_MS, Number.POSITIVE_INFINITY, 0);

	/** What is known of earlier; nothing where there are no files, or none that can be read. */
	load(): Uplinks {
		const flash = readUsage(FLASH_FILE);
		const ram = readUsage(RAM_FILE);
		// After another boot, and after a final save, the first save comes at once: it says that counting goes on.
		if (flash?.bootId === this.#bootId && !flash.final)
			this.#flash = new SavePace(FLASH_MS, wallMs() - flash.savedAtMs, monotonicMs());
		const newest = ram?.bootId === this.#bootId ? ram : flash;
		return newest === null ? {} : resumeUsage(newest, this.#bootId);
	}

	/** To RAM once a minute, to flash once an hour. Throws SystemError. */
	save(uplinks: Uplinks): void {
		const nowMs = monotonicMs();
		if (this.#ram.take(nowMs)) this.#write(STATE_DIRECTORY, RAM_FILE, uplinks, false);
		if (this.#flash.take(nowMs)) this.#write(FLASH_DIRECTORY, FLASH_FILE, uplinks, false);
	}

	/** To RAM at the next time: what no counter can tell again has changed. */
	saveSoon(): void {
		this.#ram.hurry();
	}

	/** At the end: nothing is counted any more. Throws SystemError. */
	saveFinally(uplinks: Uplinks): void {
		this.#write(STATE_DIRECTORY, RAM_FILE, uplinks, true);
		this.#write(FLASH_DIRECTORY, FLASH_FILE, uplinks, true);
	}

	#write(directory: string, path: string, uplinks: Uplinks, final: boolean): void {
		const file: UsageFile = {
			format: 1,
			bootId: this.#bootId,
			savedAtMs: Math.round(wallMs()),
			final,
			uplinks,
		};
		makeDirectory(directory, 0o755);
		writeFileAtomic(path, `${JSON.stringify(file)}\n`, 0o600);
	}
}

function readUsage(path: string): UsageFile | null {
	return exists(path) ? parseUsageFile(readText(path)) : null;
}
