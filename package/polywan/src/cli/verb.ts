/** How a verb ended; `polywan help` lists them. */
export const EXIT = {
	ok: 0,
	/** Something is wrong with what was asked about: an error in the file, a difference, a refused wish. */
	problem: 1,
	usage: 2,
	/** The daemon does not run, or ubusd cannot be reached. */
	noDaemon: 3,
} as const;

/** One word after `polywan`. */
export interface Verb {
	readonly name: string;
	/** Arguments as the help shows them, e.g. "[file]". */
	readonly usage: string;
	/** One line for the list of verbs. */
	readonly help: string;
	/** Further lines for `polywan help <verb>`. */
	readonly details?: string;
	/** Options besides --help, without the dashes; an entry with a value is written "limit=". */
	readonly options: readonly string[];
	/** Most arguments that are no options. */
	readonly mostArguments: number;
	/** After that many words comes another program's command line, which is taken as it is. */
	readonly wordsBeforeCommand?: number;
	/** What the first argument can be, for completion. */
	readonly firstWords?: readonly string[];
	/** Not in the list of verbs. */
	readonly hidden?: boolean;
	run(given: Given): Promise<number>;
}

/** A command line taken apart. */
export interface Given {
	readonly words: readonly string[];
	readonly options: ReadonlyMap<string, string | true>;
}

/** The command line is not one the verb understands; exit code 2. */
export class UsageError extends Error {}

/** Takes the words after the verb apart. Throws UsageError. */
export function parseArguments(verb: Verb, words: readonly string[]): Given {
	const options = new Map<string, string | true>();
	const plain: string[] = [];
	let onlyWords = false;
	for (let index = 0; index < words.length; index++) {
		const word = words[index] ?? "";
		if (!onlyWords && plain.length === verb.wordsBeforeCommand) {
			onlyWords = true;
			if (word === "--") continue;
		}
		if (onlyWords || !word.startsWith("-") || word === "-") plain.push(word);
		else if (word === "--") onlyWords = true;
		else index += takeOption(verb, word, words[index + 1], options);
	}
	if (plain.length > verb.mostArguments) throw new UsageError(`unexpected '${plain[verb.mostArguments]}'`);
	return { words: plain, options };
}

/** Gives how many further words the option took. */
function takeOption(
	verb: Verb,
	word: string,
	next: string | undefined,
	options: Map<string, string | true>,
): number {
	const [name = "", ...rest] = word.replace(/^--?/, "").split("=");
	const inline = rest.length > 0 ? rest.join("=") : undefined;
	if (verb.options.includes(name)) {
		if (inline !== undefined) throw new UsageError(`'--${name}' takes no value`);
		options.set(name, true);
		return 0;
	}
	if (!verb.options.includes(`${name}=`)) throw new UsageError(`unknown option '${word}'`);
	const value = inline ?? next;
	if (value === undefined) throw new UsageError(`'--${name}' needs a value`);
	options.set(name, value);
	return inline === undefined ? 1 : 0;
}
