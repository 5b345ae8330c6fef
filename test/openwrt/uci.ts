import { readFileSync, writeSync } from "node:fs";
import { UciError } from "uci-parser/config";
import { Lexer } from "uci-parser/lexer";
import { type PackageVerb, runAdd, runImport, runPackageCommand } from "./uci/package-command.ts";
import { runSectionCommand, type SectionVerb } from "./uci/section-command.ts";
import { type CliSettings, readOptions, USAGE } from "./uci/settings.ts";
import { describeFailure } from "./uci/status.ts";
import { UciStore } from "./uci/store.ts";

// The uci command on Node: what OpenWrt's scripts call. It behaves as cli.c of libuci does, oddities included.

const USAGE_CODE = 255;
const MOST_BATCH_ARGUMENTS = 3;
const ALIASES: { readonly [name: string]: string } = { del: "delete", ren: "rename" };

const settings: CliSettings = {
	quiet: false,
	merge: false,
	mayCommit: true,
	plainNames: false,
	delimiter: " ",
	inputPath: null,
};
const store = new UciStore({ onError: (error) => writeAll(2, `${error.message}\n`) });

function main(): number {
	// Arguments are bytes to libuci: each becomes one character, like the bytes of the files.
	const args = process.argv.slice(2).map((arg) => Buffer.from(arg).toString("latin1"));
	const command = readOptions(args, settings, store);
	if (command === null || command.length === 0) {
		writeAll(2, USAGE);
		return 0;
	}
	const code = run(command, false);
	if (code === USAGE_CODE) writeAll(2, USAGE);
	return code;
}

function run(args: readonly string[], isBatch: boolean): number {
	const [word = "", first, second] = args;
	const verb = ALIASES[word.toLowerCase()] ?? word.toLowerCase();
	switch (verb) {
		case "batch":
			return isBatch ? USAGE_CODE : runBatch();
		case "help":
			writeAll(2, USAGE);
			return 0;
		case "show":
		case "changes":
		case "export":
		case "commit":
			return args.length > 2 ? USAGE_CODE : runOnPackages(verb, first);
		case "import":
			if (args.length > 2 || (first === undefined && settings.merge)) return USAGE_CODE;
			return attempt(() => runImport(store, readInput(), first, settings.merge));
		case "add":
			if (first === undefined || second === undefined || args.length > 3) return USAGE_CODE;
			return attempt(() => writeAll(1, `${runAdd(store, first, second)}\n`), true);
		case "get":
		case "set":
		case "add_list":
		case "del_list":
		case "delete":
		case "rename":
		case "revert":
		case "reorder":
			if (first === undefined || args.length > 2) return USAGE_CODE;
			return runOnSection(verb, first);
		default:
			return USAGE_CODE;
	}
}

function runOnSection(verb: SectionVerb, path: string): number {
	let code = 0;
	const output = { print: (text: string) => writeAll(1, text), delimiter: settings.delimiter };
	const failed = attempt(() => {
		code = runSectionCommand(store, verb, path, output);
	});
	return failed || code;
}

function runOnPackages(verb: PackageVerb, path: string | undefined): number {
	const print = (each: string) => attempt(() => writeAll(1, runPackageCommand(store, settings, verb, each)));
	if (path !== undefined) return print(path);
	return attempt(() => {
		for (const name of store.listConfigs()) print(name);
	});
}

function runBatch(): number {
	const lexer = new Lexer(readInput(), true);
	while (lexer.nextLine()) {
		const args = attemptValue(() => readArguments(lexer)) ?? [];
		if (args.length > MOST_BATCH_ARGUMENTS) complain("Too many arguments\n");
		else if (args[0]?.toLowerCase() === "exit") return 0;
		else if (args.length > 0 && run(args, true) === USAGE_CODE) complain("Unknown command\n");
	}
	return 0;
}

function readArguments(lexer: Lexer): string[] {
	const args: string[] = [];
	while (args.length <= MOST_BATCH_ARGUMENTS) {
		const argument = lexer.argument();
		if (argument === "") break;
		args.push(argument);
	}
	return args;
}

function attempt(action: () => void, exitWithStatus = false): number {
	try {
		action();
		return 0;
	} catch (error) {
		const { code, text } = describeFailure(error);
		complain(`uci: ${text}\n`);
		return exitWithStatus ? code : 1;
	}
}

function attemptValue<T>(action: () => T): T | undefined {
	try {
		return action();
	} catch (error) {
		if (!(error instanceof UciError)) throw error;
		complain(`uci: ${error.message}\n`);
		return undefined;
	}
}

function readInput(): string {
	return readFileSync(settings.inputPath ?? 0, "latin1");
}

function complain(text: string): void {
	if (!settings.quiet) writeAll(2, text);
}

function writeAll(fd: number, text: string): void {
	const bytes = Buffer.from(text, "latin1");
	for (let at = 0; at < bytes.length; ) {
		try {
			at += writeSync(fd, bytes, at);
		} catch (error) {
			// A pipe that is full for the moment; a reader that went away ends the program.
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") process.exit(1);
		}
	}
}

process.exitCode = main();
