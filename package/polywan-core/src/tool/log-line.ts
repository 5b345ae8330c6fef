import type { LogLevel } from "../config/model.ts";

/** A line of the system log, taken apart. */
export interface LogLine {
	/** Null where the log tells no exact time. */
	readonly at_ms: number | null;
	/** Date and time as the log has them. */
	readonly when: string;
	/** Null: the line is not as expected, and `message` is all of it. */
	readonly level: LogLevel | null;
	readonly program: string;
	readonly message: string;
	/** `key=value` of polywan's own lines. */
	readonly fields: Readonly<Record<string, string>>;
}

/** What `polywan log {since, hold, after_ms}` answers. */
export interface LogNews {
	/** Grows with what the daemon writes; give it as `since`. */
	readonly sequence: number;
	/** Whether there is a log that can be read. */
	readonly readable: boolean;
	/** The oldest first. */
	readonly lines: readonly LogLine[];
}

/** By the names of syslog.h. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
	emerg: "error",
	panic: "error",
	alert: "error",
	crit: "error",
	err: "error",
	error: "error",
	warning: "warning",
	warn: "warning",
	notice: "notice",
	info: "info",
	debug: "debug",
};

/** As logread prints it, with its -t or without: "Fri Nov 20 09:48:04 2026 [1795168084.123] daemon.notice polywan: uplink reason=…". */
const LINE =
	/^(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}) (?:\[(\d+)\.(\d{3})\] )?[\w-]+\.(\w+) ([^\s:[]+)(?:\[\d+\])?: ?(.*)$/;

/** ` key=value` or ` key="with \"blanks\""`, as polywan's log writes them. */
const FIELD = / ([a-z][A-Za-z0-9_]*)=("(?:[^"\\]|\\.)*"|[\w.:/@%+-]+)/y;

export function parseLogLine(text: string): LogLine {
	const found = LINE.exec(text);
	if (found === null) return { at_ms: null, when: "", level: null, program: "", message: text, fields: {} };
	const [, when = "", seconds, milliseconds, priority = "", program = "", rest = ""] = found;
	const { message, fields } = splitFields(rest);
	return {
		at_ms: seconds === undefined ? null : Number(seconds) * 1000 + Number(milliseconds),
		when,
		level: LEVELS[priority] ?? null,
		program,
		message,
		fields,
	};
}

/** Longer than any log daemon lets a line be; to look for fields in more would take too long. */
const LONGEST = 2000;

/** The fields stand at the end, one after the other. */
function splitFields(text: string): { message: string; fields: Record<string, string> } {
	if (text.length > LONGEST) return { message: text, fields: {} };
	for (let at = text.indexOf(" "); at >= 0; at = text.indexOf(" ", at + 1)) {
		const fields = readFields(text, at);
		if (fields !== null) return { message: text.slice(0, at), fields };
	}
	return { message: text, fields: {} };
}

/** Null: what begins at `start` is not fields alone. */
function readFields(text: string, start: number): Record<string, string> | null {
	const fields: Record<string, string> = {};
	FIELD.lastIndex = start;
	for (let end = start; end < text.length; end = FIELD.lastIndex) {
		const found = FIELD.exec(text);
		if (found === null) return null;
		const [, name = "", value = ""] = found;
		fields[name] = value.startsWith('"') ? unquote(value) : value;
	}
	return fields;
}

function unquote(value: string): string {
	try {
		return String(JSON.parse(value));
	} catch {
		return value.slice(1, -1);
	}
}
