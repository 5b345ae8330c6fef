// uhttpd-mod-ubus: JSON-RPC requests become ubus calls, one after the other.
import type { UbusObjectInfo } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { statusText } from "ubus-js/status";
import { renderFields } from "../blob-json.ts";
import type { MethodAnswer, RpcBus } from "./rpc-bus.ts";

const errors = {
	parse: [-32700, "Parse error"],
	method: [-32601, "Method not found"],
	params: [-32602, "Invalid parameters"],
	object: [-32000, "Object not found"],
	access: [-32002, "Access denied"],
	timeout: [-32003, "ubus request timed out"],
} as const;
type ErrorName = keyof typeof errors;

interface RpcRequest {
	id: unknown;
	method: string;
	params: unknown;
}

/** Answers one request of `POST /ubus`, in the form that wraps a status into an array. */
export async function answerRequest(bus: RpcBus, value: unknown): Promise<string> {
	const request = parseRequest(value);
	if (request === null) return renderError(idOf(value), "parse");
	if (request.method === "list") return renderResult(request.id, await listObjects(bus, request.params));
	if (request.method !== "call") return renderError(request.id, "method");
	const call = parseCall(request.params);
	if (call === null) return renderError(request.id, "parse");
	const answer = await callMethod(bus, call.sid, call.object, call.method, call.args);
	return typeof answer === "string"
		? renderError(request.id, answer)
		: renderResult(request.id, renderLegacy(answer));
}

/** Answers `POST /ubus/call/<object>`, where the ubus method is the method. */
export async function answerObjectCall(
	bus: RpcBus,
	sid: string,
	object: string,
	value: unknown,
): Promise<string> {
	const request = parseRequest(value);
	if (request === null) return renderError(idOf(value), "parse");
	const args = isTable(request.params) ? request.params : {};
	const answer = await callMethod(bus, sid, object, request.method, args);
	if (typeof answer === "string") return renderError(request.id, answer);
	if (answer.status !== 0) return renderErrorCode(request.id, answer.status, statusText(answer.status));
	return renderResult(request.id, answer.fields.length > 0 ? renderFields(answer.fields, false) : "null");
}

async function callMethod(
	bus: RpcBus,
	sid: string,
	object: string,
	method: string,
	args: BlobTable,
): Promise<MethodAnswer | ErrorName> {
	if ((await bus.find(object)).length === 0) return "object";
	if (!(await bus.allowed(sid, object, method))) return "access";
	// uhttpd adds the session itself; a caller's own would be another's.
	if ("ubus_rpc_session" in args) return "params";
	return (await bus.call(object, method, { ...args, ubus_rpc_session: sid })) ?? "timeout";
}

function parseRequest(value: unknown): RpcRequest | null {
	if (!isTable(value) || value.jsonrpc !== "2.0" || typeof value.method !== "string") return null;
	return { id: value.id ?? null, method: value.method, params: value.params };
}

interface Call {
	sid: string;
	object: string;
	method: string;
	args: BlobTable;
}

/** Session, object, method, arguments; elements of another type in between are passed over, as libubox does. */
function parseCall(params: unknown): Call | null {
	if (!Array.isArray(params)) return null;
	const words: string[] = [];
	for (const param of params) {
		if (words.length < 3) {
			if (typeof param === "string") words.push(param);
		} else if (isTable(param)) {
			const [sid = "", object = "", method = ""] = words;
			return { sid, object, method, args: param };
		}
	}
	return null;
}

async function listObjects(bus: RpcBus, params: unknown): Promise<string> {
	if (!Array.isArray(params)) return JSON.stringify((await bus.find()).map(({ path }) => path));
	const found: Record<string, unknown> = {};
	for (const pattern of params) {
		for (const object of await bus.find(String(pattern))) found[object.path] = renderMethods(object);
	}
	return JSON.stringify(found);
}

const typeWords: { readonly [type: string]: string } = {
	bool: "boolean",
	int32: "number",
	string: "string",
	array: "array",
	table: "object",
};

/** Methods and the types of their arguments, in uhttpd's words. */
export function renderMethods({ methods }: UbusObjectInfo): {
	[method: string]: { [argument: string]: string };
} {
	return Object.fromEntries(
		Object.entries(methods).map(([method, types]) => {
			const words = Object.entries(types).map(([name, type]) => [name, typeWords[type] ?? "unknown"]);
			return [method, Object.fromEntries(words)];
		}),
	);
}

function renderLegacy({ status, fields }: MethodAnswer): string {
	return fields.length > 0 ? `[${status},${renderFields(fields, false)}]` : `[${status}]`;
}

function renderResult(id: unknown, result: string): string {
	return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}

/** For a body that is no request at all, id is null. */
export function renderError(id: unknown, error: ErrorName): string {
	const [code, message] = errors[error];
	return renderErrorCode(id, code, message);
}

function renderErrorCode(id: unknown, code: number, message: string): string {
	return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":${code},"message":${JSON.stringify(message)}}}`;
}

function idOf(value: unknown): unknown {
	return isTable(value) ? (value.id ?? null) : null;
}

function isTable(value: unknown): value is BlobTable {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
