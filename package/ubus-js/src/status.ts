/** On its own, so that a browser that needs no other loads no other. */
export const permissionDenied = 6;

/** ubusmsg.h, enum ubus_msg_status. */
export const ubusStatus = {
	ok: 0,
	invalidCommand: 1,
	invalidArgument: 2,
	methodNotFound: 3,
	notFound: 4,
	noData: 5,
	permissionDenied,
	timeout: 7,
	notSupported: 8,
	unknown: 9,
	connectionFailed: 10,
	noMemory: 11,
	parseError: 12,
	systemError: 13,
} as const;

const texts = [
	"Success",
	"Invalid command",
	"Invalid argument",
	"Method not found",
	"Not found",
	"No response",
	"Permission denied",
	"Request timed out",
	"Operation not supported",
	"Unknown error",
	"Connection failed",
	"Out of memory",
	"Parsing message data failed",
	"System error",
];

/** The words libubus has for a status (ubus_strerror). */
export function statusText(code: number): string {
	return texts[code] ?? "Unknown error";
}

/** A ubus request that failed. `code` is a ubus status; a method handler throws it to answer with that status. */
export class UbusError extends Error {
	override readonly name: string = "UbusError";
	readonly code: number;

	constructor(code: number, attempted?: string) {
		super(attempted === undefined ? statusText(code) : `${attempted}: ${statusText(code)}`);
		this.code = code;
	}
}
