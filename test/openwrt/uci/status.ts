import { UciChangeError } from "uci-parser/change";
import { UciError } from "uci-parser/config";

/** libuci's status codes (uci.h) that can be met here. */
const MESSAGES = {
	invalid: { code: 2, text: "Invalid argument" },
	notFound: { code: 3, text: "Entry not found" },
	io: { code: 4, text: "I/O error" },
	parse: { code: 5, text: "Parse error" },
	duplicate: { code: 6, text: "Duplicate entry" },
} as const;

export type UciStatus = keyof typeof MESSAGES;

/** A refusal of libuci other than a broken file, which is a UciError. */
export class UciFailure extends Error {
	readonly status: UciStatus;

	constructor(status: UciStatus) {
		super(MESSAGES[status].text);
		this.status = status;
	}
}

/** The status and the text `uci` prints for an error; anything unexpected is thrown on. */
export function describeFailure(error: unknown): { code: number; text: string; status: UciStatus } {
	if (error instanceof UciFailure) return { ...MESSAGES[error.status], status: error.status };
	if (error instanceof UciChangeError) return { ...MESSAGES[error.code], status: error.code };
	if (error instanceof UciError) return { code: MESSAGES.parse.code, text: error.message, status: "parse" };
	throw error;
}
