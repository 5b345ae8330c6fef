import { UciError } from "./config.ts";
import { Lexer } from "./lexer.ts";
import { isName, isPackageName, isType } from "./name.ts";

/** What a UCI file is made of. `reject(reason)` makes the error for a handler to throw. */
export interface StatementHandler {
	/** Called before the arguments are read, so that `reject` names the place libuci names. */
	check?(command: "config" | "option", at: StatementPlace): void;
	package?(name: string, at: StatementPlace): void;
	/** `name` is empty for an anonymous section. */
	section(type: string, name: string, at: StatementPlace): void;
	option(name: string, value: string, at: StatementPlace): void;
	list(name: string, value: string, at: StatementPlace): void;
}

export interface StatementPlace {
	/** Offset of the command word. */
	readonly start: number;
	/** Offset behind the last line the statement takes. */
	readonly lineEnd: number;
	reject(reason: string): UciError;
}

export interface ReadOptions {
	/** Stop at the first error (the default), as libuci does unless told otherwise; else leave such lines out. */
	strict?: boolean;
	/** Each character of the text is one byte (latin1); matters for the byte an error names. */
	singleBytes?: boolean;
	/** Called with every error when not strict. */
	onError?: (error: UciError) => void;
}

/** Reads `text` statement by statement. Throws UciError where libuci refuses the file, and on NUL bytes. */
export function readStatements(text: string, handler: StatementHandler, options: ReadOptions = {}): void {
	refuseBinary(text);
	const strict = options.strict ?? true;
	const reader = new StatementReader(new Lexer(text, options.singleBytes), handler, strict);
	while (reader.lexer.nextLine()) {
		try {
			reader.readLine();
		} catch (error) {
			if (strict || !(error instanceof UciError)) throw error;
			options.onError?.(error);
		}
	}
}

class StatementReader implements StatementPlace {
	start = 0;
	readonly lexer: Lexer;
	private readonly handler: StatementHandler;
	private readonly strict: boolean;
	private inSection = false;

	constructor(lexer: Lexer, handler: StatementHandler, strict: boolean) {
		this.lexer = lexer;
		this.handler = handler;
		this.strict = strict;
	}

	get lineEnd(): number {
		return this.lexer.lineEnd;
	}

	reject(reason: string): UciError {
		return this.lexer.error(reason);
	}

	readLine(): void {
		const { lexer } = this;
		if (this.readPlainOption()) return;
		lexer.skipSpace();
		for (let word = lexer.command(); word !== null; word = lexer.command()) {
			this.start = lexer.pos;
			if (word === "option" || word === "o") this.readOption(false);
			else if (word === "list" || word === "l") this.readOption(true);
			else if (word === "config" || word === "c") this.readSection();
			else if (word === "package" || word === "p") this.readPackage();
			else throw lexer.error("invalid command");
		}
	}

	/** The short way for the common line; only inside a section, where no handler has anything to check. */
	private readPlainOption(): boolean {
		const plain = this.inSection ? this.lexer.plainOption() : null;
		if (!plain) return false;
		if (plain.list) this.handler.list(plain.name, plain.value, this);
		else this.handler.option(plain.name, plain.value, this);
		return true;
	}

	private readPackage(): void {
		this.lexer.passCommand("package");
		const name = this.required();
		if (!isPackageName(name)) throw this.reject("invalid character in name field");
		this.endLine();
		this.inSection = false;
		this.handler.package?.(name, this);
	}

	private readSection(): void {
		this.handler.check?.("config", this);
		this.lexer.passCommand("config");
		const type = this.required();
		if (!isType(type)) throw this.reject("invalid character in type field");
		const name = this.lexer.argument();
		if (name !== "" && !isName(name)) throw this.reject("invalid character in name field");
		this.endLine();
		this.handler.section(type, name, this);
		this.inSection = true;
	}

	private readOption(list: boolean): void {
		this.handler.check?.("option", this);
		this.lexer.passCommand("option");
		const name = this.required();
		if (!isName(name)) throw this.reject("invalid character in name field");
		const value = this.lexer.argument();
		this.endLine();
		if (list) this.handler.list(name, value, this);
		else this.handler.option(name, value, this);
	}

	private required(): string {
		const value = this.lexer.argument();
		if (value === "") throw this.reject("insufficient arguments");
		return value;
	}

	private endLine(): void {
		if (this.lexer.argument() !== "" && this.strict) throw this.reject("too many arguments");
	}
}

/** A NUL ends a line early for libuci and drops text unseen; such a file is not a configuration. */
function refuseBinary(text: string): void {
	const nul = text.indexOf("\0");
	if (nul === -1) return;
	const lines = text.slice(0, nul).split("\n");
	throw new UciError("binary data", lines.length, (lines.at(-1) ?? "").length);
}
