import {
	appendFileSync,
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { UciChangeError } from "uci-parser/change";
import type { UciError, UciPackage } from "uci-parser/config";
import { applyOne, type Delta, parseDelta, renderDelta } from "uci-parser/delta";
import { exportPackage } from "uci-parser/export";
import { isType } from "uci-parser/name";
import { parsePackage } from "uci-parser/parse";
import { UciFailure } from "./status.ts";

export interface StoreOptions {
	confDir?: string;
	/** A file here is used instead of the one in `confDir`. */
	overrideDir?: string;
	saveDir?: string;
	strict?: boolean;
	onError?: (error: UciError) => void;
	/** How bytes and strings relate: latin1 keeps any byte, utf8 is for values that go through JSON. */
	encoding?: "latin1" | "utf8";
}

/** A package as it stands in the file, with the saved changes on top. */
export interface LoadedPackage {
	readonly pkg: UciPackage;
	readonly path: string;
	/** The saved changes that could be read, whether or not they fit. */
	readonly deltas: readonly Delta[];
	/** How many of them fit. */
	readonly applied: number;
}

/**
 * The files of a router's configuration and its saved changes, as libuci keeps them (file.c, delta.c). libuci
 * locks the files with flock, which Node does not offer: here a file is replaced in one go instead.
 */
export class UciStore {
	confDir: string;
	overrideDir: string;
	strict: boolean;
	/** Generated names are written into files, too. */
	nameAnonymous = false;
	private savedIn: string;
	private deltaDirs: string[];
	private readonly encoding: "latin1" | "utf8";
	private readonly onError: ((error: UciError) => void) | undefined;

	constructor(options: StoreOptions = {}) {
		this.confDir = options.confDir ?? "/etc/config";
		this.overrideDir = options.overrideDir ?? "/var/run/uci";
		this.savedIn = options.saveDir ?? "/tmp/.uci";
		this.deltaDirs = [this.savedIn];
		this.strict = options.strict ?? true;
		this.onError = options.onError;
		this.encoding = options.encoding ?? "latin1";
	}

	get saveDir(): string {
		return this.savedIn;
	}

	/** Changes are saved there from now on, and read from there last. */
	saveTo(dir: string): void {
		this.savedIn = dir;
		this.deltaDirs = [...this.deltaDirs.filter((each) => each !== dir), dir];
	}

	/** Changes saved there count too, before those of the last directory. */
	addDeltaDir(dir: string): void {
		if (!this.deltaDirs.includes(dir)) this.deltaDirs.splice(-1, 0, dir);
	}

	/** Names of the configuration files, sorted. Throws UciFailure when the directory holds nothing. */
	listConfigs(): string[] {
		const names = existsSync(this.confDir) ? readdirSync(this.confDir).sort() : [];
		if (!names.some((name) => !name.startsWith("."))) throw new UciFailure("notFound");
		return names.filter(
			(name) => isType(name) && !name.includes(".") && !statSync(join(this.confDir, name)).isDirectory(),
		);
	}

	/** Throws UciFailure when there is no such file, UciError when it cannot be read. */
	load(name: string): LoadedPackage {
		const path = this.pathOf(name);
		if (!existsSync(path) || !statSync(path).isFile()) throw new UciFailure("notFound");
		const parsed = parsePackage(name, this.read(path), this.readOptions);
		const deltas = this.deltaDirs.flatMap((dir) => this.readDeltas(join(dir, name), name));
		return { path, deltas, ...applyFitting(parsed, deltas) };
	}

	/** Appends changes to the package's delta file. */
	save(name: string, deltas: readonly Delta[]): void {
		if (deltas.length === 0) return;
		mkdirSync(this.savedIn, { recursive: true, mode: 0o700 });
		appendFileSync(join(this.savedIn, name), renderDelta(deltas), { encoding: this.encoding, mode: 0o600 });
	}

	/** Writes the saved changes into the file; without any, nothing is touched. */
	commit(name: string): void {
		const { pkg, path, applied } = this.load(name);
		if (applied === 0) return;
		this.replace(path, pkg);
		const deltaPath = join(this.savedIn, name);
		if (existsSync(deltaPath)) truncateSync(deltaPath);
	}

	/** Writes a package over whatever the file holds. */
	overwrite(pkg: UciPackage): void {
		this.replace(join(this.confDir, pkg.name), pkg);
	}

	/**
	 * Takes saved changes back: all of a package, of a section, or of an option. As in libuci, a line that cannot be
	 * read keeps the file as it is.
	 */
	revert(name: string, section?: string, option?: string): void {
		const path = join(this.savedIn, name);
		if (!existsSync(path)) return;
		let isReadable = true;
		const deltas = parseDelta(this.read(path), () => {
			isReadable = false;
		});
		if (!isReadable) return;
		const isReverted = (delta: Delta) =>
			(section === undefined || delta.section === section) &&
			(option === undefined || delta.option === option);
		const kept = deltas.filter((delta) => !isReverted(delta)).map((delta) => ({ ...delta, package: name }));
		writeFileSync(path, renderDelta(kept), this.encoding);
	}

	readText(path: string): string {
		return readFileSync(path, this.encoding);
	}

	get readOptions() {
		return {
			strict: this.strict,
			singleBytes: this.encoding === "latin1",
			...(this.onError && { onError: this.onError }),
		};
	}

	private pathOf(name: string): string {
		if (!isType(name)) throw new UciFailure("invalid");
		if (/[./]/.test(name)) throw new UciFailure("notFound");
		const override = join(this.overrideDir, name);
		return this.overrideDir !== "" && existsSync(override) ? override : join(this.confDir, name);
	}

	private read(path: string): string {
		try {
			return this.readText(path);
		} catch {
			throw new UciFailure("io");
		}
	}

	private readDeltas(path: string, name: string): Delta[] {
		if (!existsSync(path)) return [];
		return parseDelta(this.read(path)).filter((delta) => delta.package === name);
	}

	private replace(path: string, pkg: UciPackage): void {
		const target = existsSync(path) ? realpathSync(path) : path;
		const temporary = join(this.confDir, `.${pkg.name}.uci-${process.pid}`);
		const mode = existsSync(target) ? statSync(target).mode & 0o7777 : 0o600;
		try {
			writeFileSync(
				temporary,
				exportPackage(pkg, { header: false, nameAnonymous: this.nameAnonymous }),
				this.encoding,
			);
			chmodSync(temporary, mode);
			renameSync(temporary, target);
		} catch {
			rmSync(temporary, { force: true });
			throw new UciFailure("io");
		}
	}
}

function applyFitting(parsed: UciPackage, deltas: readonly Delta[]): { pkg: UciPackage; applied: number } {
	let pkg = parsed;
	let applied = 0;
	for (const delta of deltas) {
		try {
			pkg = applyOne(pkg, delta);
			applied++;
		} catch (error) {
			if (!(error instanceof UciChangeError)) throw error;
		}
	}
	return { pkg, applied };
}
