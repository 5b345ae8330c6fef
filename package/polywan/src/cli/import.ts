import { parseModel } from "polywan-core/config/parse";
import { importMwan3 } from "polywan-core/import/mwan3";
import { parseMwan3File } from "polywan-core/import/mwan3-file";
import { type ImportNote, renderImportNote } from "polywan-core/import/note";
import { exists, readText, writeFileAtomic } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { exportPackage } from "uci-parser/export";
import { parsePackage } from "uci-parser/parse";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { MWAN3_COMPAT, MWAN3_FILE } from "../import/preview.ts";
import { complain, print, printJson } from "./print.ts";
import { renderProblems } from "./tables.ts";
import { EXIT, UsageError, type Verb } from "./verb.ts";

/** Not in /etc/config, where uci would take it for a configuration. */
const BACKUP_FILE = "/etc/polywan.before-import";
const CONFIG_MODE = 0o600;
const MWAN3_SCRIPT = "/etc/init.d/mwan3";
const POLYWAN_SCRIPT = "/etc/init.d/polywan";
const STEP_TIMEOUT_MS = 60_000;

export const importVerb: Verb = {
	name: "import",
	usage: "mwan3 [file] [--dry-run] [--force] [--switch] [--verbose] [--json]",
	help: "a configuration of mwan3 as polywan's",
	details: `Without a file: ${MWAN3_FILE}, which is never changed. Writes ${CONFIG_FILE} when that has no uplinks yet; --force
replaces one that has. What was there before is kept as ${BACKUP_FILE}.
--switch stops mwan3 and keeps it from starting at boot, then lets polywan take over with what was written.
--dry-run prints the configuration instead, and what is to be said about it to stderr.
Lists what polywan does differently and what it cannot do; --verbose lists every option. Exit code 1 when a file
cannot be read as a whole (--force imports the rest), or when nothing was written.`,
	options: ["dry-run", "force", "switch", "verbose", "json"],
	mostArguments: 2,
	firstWords: ["mwan3"],
	run: async ({ words: [format, file = MWAN3_FILE], options }) => {
		if (format !== "mwan3") throw new UsageError("the only format there is: mwan3");
		if (!exists(file)) {
			complain(`there is no file ${file}`);
			return EXIT.problem;
		}
		const made = convert(readText(file), file);
		const dry = options.has("dry-run");
		const refusal = made.isEmpty
			? `${file} has no interface that could be an uplink`
			: dry || options.has("force")
				? null
				: refuse(made);
		if (options.has("json")) printJson({ config: made.text, notes: made.notes });
		else report(made, dry, options.has("verbose"));
		if (refusal !== null) complain(refusal);
		if (refusal !== null || dry) return refusal !== null || made.isPartial ? EXIT.problem : EXIT.ok;
		const say = options.has("json") ? () => {} : print;
		write(made.text, say);
		if (options.has("switch")) return (await switchOver(say)) ? EXIT.ok : EXIT.problem;
		say(
			"To switch: polywan import mwan3 --force --switch, or /etc/init.d/mwan3 stop and disable, then reload_config",
		);
		return EXIT.ok;
	},
};

interface Made {
	readonly text: string;
	readonly notes: readonly ImportNote[];
	/** The file has lines that could not be read. */
	readonly isPartial: boolean;
	/** It has no uplink. */
	readonly isEmpty: boolean;
}

function convert(text: string, file: string): Made {
	const { pkg, notes: unread } = parseMwan3File(text);
	const { config, notes } = importMwan3(pkg);
	return {
		text: `# Made from ${file} by \`polywan import mwan3\`.\n${exportPackage(config, { header: false })}`,
		notes: [...unread, ...notes],
		isPartial: unread.length > 0,
		isEmpty: !config.sections.some(({ type }) => type === "uplink"),
	};
}

/** Why the configuration must not be written without being asked to; null: it may. */
function refuse({ isPartial }: Made): string | null {
	if (isPartial) return "nothing is written, as the file has errors; --force imports what could be read";
	const understood = understandConfig(readConfigIfAny(CONFIG_FILE), {});
	if (!("model" in understood))
		return `nothing is written: ${CONFIG_FILE} ${understood.problem.message}; --force replaces it`;
	const { uplinks } = understood.model;
	if (uplinks.length === 0) return null;
	const names = uplinks.map(({ name }) => name).join(", ");
	return `nothing is written, as ${CONFIG_FILE} has uplinks already (${names}); --force replaces it`;
}

function report({ text, notes }: Made, dry: boolean, verbose: boolean): void {
	const told = notes.filter(({ kind }) => verbose || kind !== "kept");
	const lines = told.map((note) => renderImportNote(note, "mwan3"));
	const kept = notes.length - told.length;
	if (kept > 0) lines.push(`${kept} options and sections mean the same as before (--verbose lists them)`);
	const { problems } = parseModel(parsePackage("polywan", text), {});
	const findings = `${lines.join("\n")}\n${problems.length === 0 ? "" : renderProblems(problems)}`;
	print(dry ? text : findings);
	if (dry) for (const line of findings.split("\n").filter(Boolean)) complain(line);
}

function write(text: string, say: (line: string) => void): void {
	const before = readConfigIfAny(CONFIG_FILE);
	if (before !== null) {
		const backup = freeName(BACKUP_FILE);
		writeFileAtomic(backup, before, CONFIG_MODE);
		say(`${CONFIG_FILE} as it was is kept as ${backup}.`);
	}
	writeFileAtomic(CONFIG_FILE, text, CONFIG_MODE);
	say(`${CONFIG_FILE} is written.`);
}

/** mwan3 off, polywan on, each with what it does at boot. False: something did not work, and was complained of. */
async function switchOver(say: (line: string) => void): Promise<boolean> {
	const steps = [
		...(exists(MWAN3_SCRIPT) && !exists(MWAN3_COMPAT)
			? [
					[MWAN3_SCRIPT, "stop"],
					[MWAN3_SCRIPT, "disable"],
				]
			: []),
		[POLYWAN_SCRIPT, "enable"],
		[POLYWAN_SCRIPT, "reload"],
	];
	for (const argv of steps) {
		const { exitCode, stderr } = await spawn(argv, { timeoutMs: STEP_TIMEOUT_MS }).done;
		// Enabling what is enabled is no failure, and some init scripts say it is.
		if (exitCode === 0 || argv[1] === "enable" || argv[1] === "disable") continue;
		complain(
			`${argv.join(" ")} failed: ${new TextDecoder().decode(stderr).trim() || `exit code ${exitCode}`}`,
		);
		return false;
	}
	say("polywan has taken over; `polywan status` shows it.");
	return true;
}

/** An earlier import's backup is not replaced. */
function freeName(path: string): string {
	let name = path;
	for (let count = 2; exists(name); count++) name = `${path}.${count}`;
	return name;
}
