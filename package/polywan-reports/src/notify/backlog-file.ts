import {
	exists,
	listDirectory,
	makeDirectory,
	readText,
	removeFile,
	writeFileAtomic,
} from "polywan-runtime/file";
import { type Backlog, NO_BACKLOG, parseBacklog, renderBacklog } from "./backlog.ts";

/** A tmpfs: what outlives the program need not outlive the router. */
const FOLDER = "/var/run/polywan-reports";

/** Keeps what one receiver has not been told over a restart; there is no file while there is nothing to keep. */
export class BacklogFile {
	readonly #path: string;
	/** Whether something is kept. */
	isThere: boolean;

	/** `name`: of the notifier's section. */
	constructor(name: string) {
		this.#path = pathOf(name);
		this.isThere = exists(this.#path);
	}

	load(): Backlog {
		return this.isThere ? parseBacklog(readText(this.#path)) : NO_BACKLOG;
	}

	/** Throws SystemError. */
	save(backlog: Backlog): void {
		const isEmpty = Object.values(backlog).every((part) => part.length === 0);
		if (isEmpty && !this.isThere) return;
		this.isThere = !isEmpty;
		if (isEmpty) removeFile(this.#path);
		else {
			makeDirectory(FOLDER, 0o700);
			writeFileAtomic(this.#path, renderBacklog(backlog), 0o600);
		}
	}
}

/** Forgets what was kept for receivers there are no more. */
export function forgetOtherBacklogs(names: readonly string[]): void {
	if (!exists(FOLDER)) return;
	const kept = new Set(names.map(pathOf));
	for (const file of listDirectory(FOLDER))
		if (!kept.has(`${FOLDER}/${file}`)) removeFile(`${FOLDER}/${file}`);
}

function pathOf(name: string): string {
	return `${FOLDER}/${encodeURIComponent(name)}.json`;
}
