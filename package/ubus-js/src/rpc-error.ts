/**
 * Why a call from the browser failed.
 * - "down": no answer, or none of uhttpd's: the router, its network or uhttpd are not there
 * - "session": the session has ended
 * - "denied": the session lives but may not do this
 * - "missing": no such object on the bus: its program is not running
 * - "timeout": uhttpd waited in vain for the program's answer
 * - "status": the method answered with a ubus status, in `code`
 * - "request": the request cannot be sent, or uhttpd refuses its form
 * - "stopped": given up by ourselves, through pause() or close()
 */
export type RpcFailure =
	| "down"
	| "session"
	| "denied"
	| "missing"
	| "timeout"
	| "status"
	| "request"
	| "stopped";

/** A call from the browser that failed. */
export class RpcError extends Error {
	override readonly name: string = "RpcError";
	readonly kind: RpcFailure;
	/** JSON-RPC code, or a ubus status for "status"; 0 when nobody gave one. */
	readonly code: number;

	constructor(kind: RpcFailure, message: string, code = 0) {
		super(message);
		this.kind = kind;
		this.code = code;
	}
}

/** uhttpd-mod-ubus, json_errors[]. A denial is also how an ended session shows: see UbusSession. */
const failures: { readonly [code: string]: RpcFailure } = {
	"-32700": "request",
	"-32600": "request",
	"-32601": "request",
	"-32602": "request",
	"-32603": "down",
	"-32000": "missing",
	"-32001": "session",
	"-32002": "denied",
	"-32003": "timeout",
};

export function rpcFailure(code: number): RpcFailure {
	return failures[code] ?? "down";
}
