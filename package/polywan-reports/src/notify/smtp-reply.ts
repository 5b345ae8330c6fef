/** One line of a reply (RFC 5321, 4.2). */
export interface ReplyLine {
	readonly code: number;
	readonly text: string;
	/** More lines of the same reply follow. */
	readonly more: boolean;
}

/** Null when it is none. */
export function parseReplyLine(line: string): ReplyLine | null {
	const [, code, mark, text = ""] = /^([2-5][0-9]{2})(?:([ -])(.*))?$/.exec(line) ?? [];
	return code === undefined ? null : { code: Number(code), text, more: mark === "-" };
}
