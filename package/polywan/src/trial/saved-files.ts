import {
	exists,
	listDirectory,
	makeDirectory,
	readFile,
	readText,
	removeFile,
	stat,
	writeFileAtomic,
} from "polywan-runtime/file";
import type { Wanted } from "../daemon/state-file.ts";

/** Where the files before a trial are kept: on flash, so that a reboot returns to them. */
const TRIAL_DIRECTORY = "/etc/polywan/trial";
const MANIFEST = "trial.json";
/** A manifest of another format is not understood. */
const FORMAT = 1;

/** A file as it was. */
export interface SavedFile {
	/** Of a configuration, or an absolute path. */
	readonly name: string;
	/** Permission bits; null: there was none. */
	readonly mode: number | null;
}

/** What is written beside the saved files: without it there is no trial. */
export interface Manifest {
	readonly format: typeof FORMAT;
	/** /proc/sys/kernel/random/boot_id of the boot the deadline belongs to. */
	readonly bootId: string;
	/** CLOCK_MONOTONIC in ms. */
	readonly deadlineMs: number;
	readonly timeoutS: number;
	readonly files: readonly SavedFile[];
	/** Wishes for uplinks that come back, too. */
	readonly wanted?: Readonly<Record<string, Wanted>>;
}

/** Copies of configuration files, and how they get back. */
export class SavedFiles {
	readonly #configDirectory: string;
	readonly #directory: string;

	constructor(configDirectory: string, directory = TRIAL_DIRECTORY) {
		this.#configDirectory = configDirectory;
		this.#directory = directory;
	}

	/**
	 * Saves the files named. `contents` has what counts instead of a file's own bytes. The manifest comes last, so that a
	 * trial is there whole or not at all. Throws SystemError, e.g. ENOSPC, and leaves nothing then.
	 */
	save(
		names: readonly string[],
		contents: ReadonlyMap<string, string>,
		manifest: Omit<Manifest, "format" | "files">,
	): Manifest {
		try {
			makeDirectory(this.#directory, 0o700);
			const files = names.map((name) => this.#saveOne(name, contents.get(name)));
			const whole: Manifest = { ...manifest, format: FORMAT, files };
			writeFileAtomic(this.#saved(MANIFEST), `${JSON.stringify(whole)}\n`, 0o600);
			return whole;
		} catch (error) {
			this.drop();
			throw error;
		}
	}

	/** Null when there is no trial. */
	read(): Manifest | null {
		if (!exists(this.#saved(MANIFEST))) return null;
		try {
			const manifest: Manifest = JSON.parse(readText(this.#saved(MANIFEST)));
			return manifest.format === FORMAT && Array.isArray(manifest.files) ? manifest : null;
		} catch {
			return null;
		}
	}

	/** Names of the files that are not as they were. */
	changed({ files }: Manifest): readonly string[] {
		return files.filter((file) => !this.#isAsBefore(file)).map(({ name }) => name);
	}

	/** Puts those back that are not as they were, and gives their names. Throws SystemError; what was put back stays so. */
	restore(manifest: Manifest): readonly string[] {
		const changed = this.changed(manifest);
		for (const { name, mode } of manifest.files) {
			if (!changed.includes(name)) continue;
			if (mode === null) removeFile(this.#config(name));
			else writeFileAtomic(this.#config(name), readFile(this.#saved(name)), mode);
		}
		return changed;
	}

	/** Ends the trial: the manifest goes first. What cannot be removed is left. */
	drop(): void {
		try {
			removeFile(this.#saved(MANIFEST));
			for (const name of exists(this.#directory) ? listDirectory(this.#directory) : [])
				removeFile(this.#saved(name));
			removeFile(this.#directory);
		} catch {
			// A full or read-only flash: without its manifest the rest means nothing.
		}
	}

	#saveOne(name: string, content: string | undefined): SavedFile {
		const status = stat(this.#config(name));
		if (status === null && content === undefined) return { name, mode: null };
		writeFileAtomic(this.#saved(name), content ?? readFile(this.#config(name)), 0o600);
		return { name, mode: status?.mode ?? 0o600 };
	}

	#isAsBefore({ name, mode }: SavedFile): boolean {
		const now = exists(this.#config(name)) ? readFile(this.#config(name)) : null;
		if (mode === null || now === null) return mode === null && now === null;
		// Somebody removed the copy: nothing can come back.
		if (!exists(this.#saved(name))) return true;
		const before = readFile(this.#saved(name));
		return before.length === now.length && before.every((byte, index) => byte === now[index]);
	}

	#saved(name: string): string {
		return `${this.#directory}/${name.slice(name.lastIndexOf("/") + 1)}`;
	}

	#config(name: string): string {
		return name.startsWith("/") ? name : `${this.#configDirectory}/${name}`;
	}
}
