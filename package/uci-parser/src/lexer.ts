import { UciError } from "./config.ts";
import { isName } from "./name.ts";

const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const HASH = 35;
const SINGLE_QUOTE = 39;
const SEMICOLON = 59;
const BACKSLASH = 92;

const UNQUOTED_RUN = /[^\t-\r "#';\\]+/y;
const DOUBLE_QUOTED_RUN = /[^"\\]+/y;
const PLAIN_VALUE = /^[A-Za-z0-9_.,:/@+-]+$/;
const COMMAND = /[ \t]*([^ \t\n]*)/y;

export interface PlainOption {
	readonly list: boolean;
	readonly name: string;
	readonly value: string;
}

/**
 * Reads a UCI file the way libuci does (file.c): line by line into a buffer that quoted values and a backslash at
 * the end extend by further lines. `limit` is where that buffer ends for the rest of the line: a comment and, by a
 * quirk kept here, a `;` that touches an unquoted word end it early.
 */
export class Lexer {
	pos = 0;
	/** End of the logical line, exclusive, its line feed included. Statements after it wait for `nextLine`. */
	lineEnd = 0;
	private lineStart = 0;
	private limit = 0;
	private joinedBytes = 0;
	private wordEnd = 0;
	private readonly knownNames = new Set<string>();
	private readonly text: string;
	private readonly singleBytes: boolean;

	/** `singleBytes`: each character of `text` is one byte (latin1), else it is decoded UTF-8. */
	constructor(text: string, singleBytes = false) {
		this.text = text;
		this.singleBytes = singleBytes;
	}

	/** Nothing is left of the line. */
	get atEnd(): boolean {
		return this.pos >= this.limit;
	}

	/** Goes to the next line; false at the end of the file. */
	nextLine(): boolean {
		this.pos = this.lineStart = this.lineEnd;
		this.joinedBytes = 0;
		return this.extendLine();
	}

	/**
	 * The whole line where it is a plain `option name 'value'` or `list name 'value'`, the form nearly every line has;
	 * null for any other, which the general way then reads. It is there for speed alone.
	 */
	plainOption(): PlainOption | null {
		const { text } = this;
		let at = this.pos;
		while (text.charCodeAt(at) === TAB || text.charCodeAt(at) === SPACE) at++;
		const list = text.startsWith("list ", at);
		if (!list && !text.startsWith("option ", at)) return null;
		const nameStart = at + (list ? 5 : 7);
		const nameEnd = text.indexOf(" ", nameStart);
		const valueEnd = this.lineEnd - 1;
		if (nameEnd === -1 || nameEnd >= valueEnd || text.charCodeAt(valueEnd) !== LINE_FEED) return null;
		const name = text.slice(nameStart, nameEnd);
		if (!this.knownNames.has(name)) {
			if (!isName(name)) return null;
			this.knownNames.add(name);
		}
		const value = this.plainValue(nameEnd + 1, valueEnd);
		if (value === null) return null;
		this.pos = this.limit;
		return { list, name, value };
	}

	private plainValue(start: number, end: number): string | null {
		if (this.text.charCodeAt(start) === SINGLE_QUOTE) {
			return this.text.indexOf("'", start + 1) === end - 1 ? this.text.slice(start + 1, end - 1) : null;
		}
		const value = this.text.slice(start, end);
		return PLAIN_VALUE.test(value) ? value : null;
	}

	/** The next command word, or null when the line has no more. Errors point to where the search began. */
	command(): string | null {
		if (this.pos >= this.limit) return null;
		COMMAND.lastIndex = this.pos;
		const match = COMMAND.exec(this.text);
		const wordEnd = Math.min(COMMAND.lastIndex, this.limit);
		const word = match?.[1] ?? "";
		if (word === "" && wordEnd >= this.limit) return null;
		if (word.charCodeAt(0) === HASH) return null;
		if (wordEnd < this.limit && this.text.charCodeAt(wordEnd) === LINE_FEED)
			throw this.error("invalid command");
		this.wordEnd = wordEnd;
		return word;
	}

	/** Steps over the command word and the blank behind it; `what` names it when the file ends there. */
	passCommand(what: string): void {
		if (this.wordEnd + 1 > this.lineEnd) throw this.error(`${what} without name`);
		this.pos = this.wordEnd + 1;
	}

	/** The next argument with its quoting resolved; empty when there is none. */
	argument(): string {
		this.skipSpace();
		if (this.current() === SEMICOLON) {
			this.pos++;
			return "";
		}
		const start = this.pos;
		const value = this.word();
		const at = this.current();
		if (at === SEMICOLON) {
			// libuci ends the word with a NUL in place, which hides the rest of the line unless quoting left room.
			if (value.length === this.pos - start) this.limit = this.pos;
		} else if (at !== 0) this.pos++;
		return value;
	}

	skipSpace(): void {
		while (this.pos < this.limit && isSpace(this.text.charCodeAt(this.pos))) this.pos++;
	}

	error(reason: string): UciError {
		const read = this.text.slice(this.lineStart, this.pos);
		const bytes = this.singleBytes ? read.length : utf8Length(read);
		return new UciError(reason, countLines(this.text, this.lineEnd), bytes - this.joinedBytes);
	}

	private word(): string {
		let value = "";
		do {
			switch (this.current()) {
				case SINGLE_QUOTE:
					value += this.singleQuoted();
					break;
				case DOUBLE_QUOTE:
					value += this.doubleQuoted();
					break;
				case HASH:
					this.limit = this.pos;
					return value;
				case 0:
				case SEMICOLON:
					return value;
				case BACKSLASH:
					if (this.escape()) value += this.text[this.pos++];
					break;
				default:
					value += this.run(UNQUOTED_RUN);
			}
		} while (this.pos < this.limit && !isSpace(this.text.charCodeAt(this.pos)));
		return value;
	}

	private singleQuoted(): string {
		const start = this.pos + 1;
		const end = this.text.indexOf("'", start);
		this.extendTo(end, "EOF with unterminated '");
		this.pos = end + 1;
		return this.text.slice(start, end);
	}

	private doubleQuoted(): string {
		let value = "";
		this.pos++;
		for (;;) {
			if (this.pos >= this.limit && !this.extendLine()) throw this.error('EOF with unterminated "');
			const at = this.current();
			if (at === DOUBLE_QUOTE) break;
			if (at !== BACKSLASH) value += this.run(DOUBLE_QUOTED_RUN);
			else if (this.escape()) value += this.text[this.pos++];
		}
		this.pos++;
		return value;
	}

	/** Steps over a backslash: true when the next character is meant literally, false when it joined two lines. */
	private escape(): boolean {
		this.pos++;
		if (this.pos >= this.limit) return false;
		const lineFeed = this.current() === CARRIAGE_RETURN ? this.pos + 1 : this.pos;
		if (this.text.charCodeAt(lineFeed) !== LINE_FEED) return true;
		this.joinedBytes += lineFeed + 1 - this.pos;
		this.pos = lineFeed + 1;
		this.extendLine();
		return false;
	}

	private run(characters: RegExp): string {
		characters.lastIndex = this.pos;
		characters.test(this.text);
		const start = this.pos;
		this.pos = characters.lastIndex;
		if (this.pos > this.limit) this.extendTo(this.pos - 1, "");
		return this.text.slice(start, this.pos);
	}

	private current(): number {
		return this.pos < this.limit ? this.text.charCodeAt(this.pos) : 0;
	}

	/** Takes in lines until `index` is part of the logical line; -1 is the end of the file, an error. */
	private extendTo(index: number, reason: string): void {
		if (index === -1) {
			this.pos = this.lineEnd = this.text.length;
			throw this.error(reason);
		}
		if (index < this.limit) return;
		this.lineEnd = index;
		this.extendLine();
	}

	private extendLine(): boolean {
		if (this.lineEnd >= this.text.length) return false;
		const lineFeed = this.text.indexOf("\n", this.lineEnd);
		this.lineEnd = this.limit = lineFeed === -1 ? this.text.length : lineFeed + 1;
		return true;
	}
}

function isSpace(code: number): boolean {
	return code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN);
}

function countLines(text: string, end: number): number {
	let lines = 0;
	for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) lines++;
	return lines;
}

/** Bytes of `text` in UTF-8; a lone surrogate counts as the three bytes of its replacement. */
function utf8Length(text: string): number {
	let bytes = text.length;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code < 0x80) continue;
		bytes += code < 0x800 ? 1 : 2;
		// A surrogate pair is two units here and four bytes there.
		if ((code & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
	}
	return bytes;
}
