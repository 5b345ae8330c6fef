import type { UciStore } from "./store.ts";

/** What the options of the command line decide. */
export interface CliSettings {
	quiet: boolean;
	merge: boolean;
	mayCommit: boolean;
	plainNames: boolean;
	delimiter: string;
	inputPath: string | null;
}

export const USAGE = `Usage: uci [<options>] <command> [<arguments>]

Commands:
	batch
	export     [<config>]
	import     [<config>]
	changes    [<config>]
	commit     [<config>]
	add        <config> <section-type>
	add_list   <config>.<section>.<option>=<string>
	del_list   <config>.<section>.<option>=<string>
	show       [<config>[.<section>[.<option>]]]
	get        <config>.<section>[.<option>]
	set        <config>.<section>[.<option>]=<value>
	delete     <config>[.<section>[[.<option>][=<id>]]]
	rename     <config>.<section>[.<option>]=<name>
	revert     <config>[.<section>[.<option>]]
	reorder    <config>.<section>=<position>

Options: -c, -C, -p, -P, -t <directory>; -d <delimiter>; -f <file>; -m -n -N -q -s -S -X
`;

const WITH_ARGUMENT = "cCdfpPt";
const FLAGS = "LmnNqsSX";

/**
 * Reads the options in front of the command (as musl's getopt, which stops there). Returns the rest, or null for
 * an unknown option or a missing argument.
 */
export function readOptions(
	args: readonly string[],
	settings: CliSettings,
	store: UciStore,
): readonly string[] | null {
	let index = 0;
	for (; index < args.length; index++) {
		const word = args[index] ?? "";
		if (word === "--") return args.slice(index + 1);
		if (!word.startsWith("-") || word === "-") break;
		for (let at = 1; at < word.length; at++) {
			const letter = word[at] ?? "";
			if (FLAGS.includes(letter)) setFlag(letter, settings, store);
			else if (!WITH_ARGUMENT.includes(letter)) return null;
			else {
				const value = word.slice(at + 1) || args[++index];
				if (value === undefined) return null;
				setValue(letter, value, settings, store);
				break;
			}
		}
	}
	return args.slice(index);
}

function setFlag(letter: string, settings: CliSettings, store: UciStore): void {
	if (letter === "m") settings.merge = true;
	else if (letter === "n") store.nameAnonymous = true;
	else if (letter === "N") store.nameAnonymous = false;
	else if (letter === "q") settings.quiet = true;
	else if (letter === "s") store.strict = true;
	else if (letter === "S") store.strict = false;
	else if (letter === "X") settings.plainNames = true;
}

function setValue(letter: string, value: string, settings: CliSettings, store: UciStore): void {
	if (letter === "c") store.confDir = value;
	else if (letter === "C") store.overrideDir = value;
	else if (letter === "d") settings.delimiter = value;
	else if (letter === "f") settings.inputPath = value;
	else if (letter === "p") store.addDeltaDir(value);
	else {
		store.saveTo(value);
		if (letter === "P") settings.mayCommit = false;
	}
}
