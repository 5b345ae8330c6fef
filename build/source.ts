// Pinned sources of feeds/sources.json: Debian source packages, fetched through the archive that this machine's own
// apt configuration names, and believed only by their hash.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pinnedSources from "../feeds/sources.json";

/** A source tarball: where a Debian archive has it, and the hash it must have. */
export interface PinnedSource {
	readonly suite: string;
	readonly package: string;
	readonly version: string;
	readonly file: string;
	readonly sha256: string;
}

export function pinnedSource(name: keyof typeof pinnedSources): PinnedSource {
	return pinnedSources[name];
}

/**
 * The path of the tarball in .cache/sources, fetched when it is not there. Throws when the archive does not give it, or when its hash is
 * another; the message says what to do.
 */
export function fetchPinned(source: PinnedSource): string {
	const folder = join(".cache", "sources");
	const path = join(folder, source.file);
	mkdirSync(folder, { recursive: true });
	if (!existsSync(path)) downloadSource(source, path);
	const found = createHash("sha256").update(readFileSync(path)).digest("hex");
	if (found === source.sha256) return path;
	throw new Error(
		`${path} has the sha256 ${found}, feeds/sources.json wants ${source.sha256}: put the right file there, or remove it to fetch it again`,
	);
}

/** The same, of a source in feeds/sources.json. */
export function fetchSource(name: keyof typeof pinnedSources): string {
	return fetchPinned(pinnedSource(name));
}

function downloadSource(source: PinnedSource, path: string): void {
	console.error(`set-up: source of ${source.package} ${source.version} (apt-get source)`);
	const work = mkdtempSync(join(tmpdir(), "polywan-source-"));
	try {
		writeAptSources(join(work, "sources"), source.suite);
		runApt(work, ["update"]);
		// Without the version: a later one of Debian's often comes with the same upstream file.
		const messages = runApt(work, ["source", "--download-only", "--tar-only", source.package]);
		if (!existsSync(join(work, source.file))) throw missingSource(source, path, messages);
		writeFileSync(`${path}.part`, readFileSync(join(work, source.file)));
		renameSync(`${path}.part`, path);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

function missingSource(source: PinnedSource, path: string, messages: string): Error {
	return new Error(
		`the Debian archive of this machine's apt configuration does not give ${source.file} ` +
			`(package ${source.package} ${source.version}, suite ${source.suite}): get that file elsewhere, ` +
			`sha256 ${source.sha256}, and put it at ${path}\n${messages.trim()}`,
	);
}

/** Returns what apt-get said. An archive that fails is no error as long as another has the file. */
function runApt(work: string, args: string[]): string {
	mkdirSync(join(work, "lists", "partial"), { recursive: true });
	mkdirSync(join(work, "cache", "archives", "partial"), { recursive: true });
	const options = {
		"Dir::Etc::sourcelist": "/dev/null",
		"Dir::Etc::sourceparts": join(work, "sources"),
		"Dir::State::lists": join(work, "lists"),
		"Dir::Cache": join(work, "cache"),
		"APT::Sandbox::User": "root",
		"Acquire::Retries": "3",
		"Acquire::Languages": "none",
	};
	const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
	const apt = spawnSync("apt-get", [...flags, "-q", ...args], { cwd: work, encoding: "utf8" });
	if (apt.error) return `apt-get: ${apt.error.message}`;
	return apt.stdout + apt.stderr;
}

/** The machine's own Debian archives, turned to the sources of another suite. */
function writeAptSources(folder: string, suite: string): void {
	mkdirSync(folder, { recursive: true });
	const parts = "/etc/apt/sources.list.d";
	const names = existsSync(parts) ? readdirSync(parts) : [];
	for (const name of names.filter((name) => name.endsWith(".sources"))) {
		writeFileSync(join(folder, name), sourcesOfSuite(readFileSync(join(parts, name), "utf8"), suite));
	}
	const lists = names.filter((name) => name.endsWith(".list")).map((name) => join(parts, name));
	const lines = ["/etc/apt/sources.list", ...lists]
		.filter(existsSync)
		.map((path) => readFileSync(path, "utf8"));
	writeFileSync(join(folder, "classic.list"), linesOfSuite(lines.join("\n"), suite));
}

/** Suites of the archive itself; its updates and security archives, and other vendors', hold no such source. */
function isMainSuite(suite: string): boolean {
	return /^(stable|oldstable|testing|unstable|sid|bullseye|bookworm|trixie|forky|duke)$/.test(suite);
}

/** The deb822 format of sources.list(5). */
export function sourcesOfSuite(text: string, suite: string): string {
	const stanzas = text.replace(/^#.*\n?/gm, "").split(/\n\s*\n/);
	return stanzas
		.filter((stanza) => (/^Suites:(.*)$/im.exec(stanza)?.[1] ?? "").trim().split(/\s+/).some(isMainSuite))
		.filter((stanza) => !/^Enabled:\s*(no|false|0)\s*$/im.test(stanza))
		.map((stanza) =>
			stanza
				.replace(/^Types:.*$/im, "Types: deb-src")
				.replace(/^Suites:.*$/im, `Suites: ${suite}`)
				.replace(/^Components:.*$/im, "Components: main")
				.trim(),
		)
		.map((stanza) => `${stanza}\n\n`)
		.join("");
}

/** The one-line format of sources.list(5). */
export function linesOfSuite(text: string, suite: string): string {
	const found = new Set<string>();
	for (const line of text.split("\n")) {
		const parts = /^\s*deb(?:-src)?\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s/.exec(`${line} `);
		if (!parts || !isMainSuite(parts[3] ?? "")) continue;
		found.add(`deb-src ${parts[1] ?? ""}${parts[2]} ${suite} main\n`);
	}
	return [...found].join("");
}
