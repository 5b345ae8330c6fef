import { LOG_LEVELS } from "polywan-core/config/log-room";
import type { LogLevel } from "polywan-core/config/model";
import { writeStderr } from "polywan-runtime/program";
import { syslog } from "polywan-runtime/syslog";

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;
/** Writes one line: `message key=value key="with blanks"`. */
export type LogWriter = (level: LogLevel, message: string, fields?: LogFields) => void;

/** Messages of the daemon: to syslog, or to stderr when it runs in the foreground. */
export class Log {
	level: LogLevel = "notice";
	/** Of those who have one of their own, by the first word of what they write. */
	rooms: Readonly<Record<string, LogLevel>> = {};
	/** Lines so far. */
	written = 0;
	onWritten: () => void = () => {};
	readonly #foreground: boolean;

	constructor(foreground: boolean) {
		this.#foreground = foreground;
	}

	readonly write: LogWriter = (level, message, fields = {}) => {
		const [room = ""] = message.split(" ", 1);
		if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.rooms[room] ?? this.level)) return;
		const line = renderLine(message, fields);
		if (this.#foreground) writeStderr(`${level}: ${line}\n`);
		else syslog(level, line);
		this.written++;
		this.onWritten();
	};
}

/** One line without control characters, whatever the values hold. */
export function renderLine(message: string, fields: LogFields): string {
	const pairs = Object.entries(fields)
		.filter(([, value]) => value !== null && value !== undefined)
		.map(([key, value]) => `${key}=${renderValue(String(value))}`);
	return [message, ...pairs].join(" ").replace(CONTROL_CHARACTERS, " ");
}

function renderValue(value: string): string {
	return /^[\w.:/@%+-]+$/.test(value) ? value : JSON.stringify(value);
}

const CONTROL_CHARACTERS = /\p{Cc}+/gu;
