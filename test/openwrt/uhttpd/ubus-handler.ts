import type { IncomingMessage, ServerResponse } from "node:http";
import { ubusStatus } from "ubus-js/bus";
import { encodeTable } from "ubus-js/codec";
import { statusText } from "ubus-js/status";
import { renderFields } from "../blob-json.ts";
import { answerObjectCall, answerRequest, renderError, renderMethods } from "./json-rpc.ts";
import type { RpcBus } from "./rpc-bus.ts";

const maxBodyBytes = 65536;
const nullSession = "0".repeat(32);
const json = { "Content-Type": "application/json" };

/** Answers a request below the prefix; `rest` is what follows it in the path. */
export async function handleUbus(
	bus: RpcBus,
	request: IncomingMessage,
	response: ServerResponse,
	rest: string,
): Promise<void> {
	if (request.method === "POST") await handlePost(bus, request, response, rest);
	else if (request.method === "GET") await handleGet(bus, request, response, rest);
	else if (request.method === "OPTIONS") response.writeHead(200, { ...json, "Content-Length": 0 }).end();
	else
		response
			.writeHead(400, "Bad Request", { "Content-Type": "text/html" })
			.end("<h1>Bad Request</h1>Invalid Request");
}

async function handlePost(
	bus: RpcBus,
	request: IncomingMessage,
	response: ServerResponse,
	rest: string,
): Promise<void> {
	const legacy = rest === "" || rest === "/";
	if (!legacy && !rest.startsWith("/call/")) {
		response.writeHead(404, "Not Found").end();
		return;
	}
	const body = await readBody(request);
	if (body === null) {
		response.writeHead(200, { ...json, Connection: "close" });
		response.end(renderError(null, "parse"), () => request.destroy());
		return;
	}
	const value = parseJson(body);
	response.writeHead(200, json);
	if (!legacy)
		response.end(await answerObjectCall(bus, sessionOf(request), rest.slice("/call/".length), value));
	else if (Array.isArray(value)) await answerBatch(bus, response, value);
	else response.end(await answerRequest(bus, value));
}

/** One after the other, each sent as soon as it is there. */
async function answerBatch(
	bus: RpcBus,
	response: ServerResponse,
	requests: readonly unknown[],
): Promise<void> {
	response.write("[");
	for (const [index, request] of requests.entries()) {
		if (response.destroyed) return;
		response.write((index > 0 ? "," : "") + (await answerRequest(bus, request)));
	}
	response.end("]");
}

async function handleGet(
	bus: RpcBus,
	request: IncomingMessage,
	response: ServerResponse,
	rest: string,
): Promise<void> {
	if (rest === "/list") {
		const objects = await bus.find();
		const listed = Object.fromEntries(objects.map((object) => [object.path, renderMethods(object)]));
		response.writeHead(200, json).end(JSON.stringify(listed));
	} else if (rest.startsWith("/list/")) {
		const [object] = await bus.find(rest.slice("/list/".length));
		if (object) response.writeHead(200, json).end(JSON.stringify(renderMethods(object)));
		else response.writeHead(500, "Ubus Protocol Error", json).end(renderStatus(ubusStatus.notFound));
	} else if (rest.startsWith("/subscribe/")) {
		await streamNotifications(bus, request, response, rest.slice("/subscribe/".length));
	} else {
		response.writeHead(404, "Not Found").end();
	}
}

async function streamNotifications(
	bus: RpcBus,
	request: IncomingMessage,
	response: ServerResponse,
	object: string,
): Promise<void> {
	if (!(await bus.allowed(sessionOf(request), object, ":subscribe"))) {
		// EACCES, as C has it.
		response.writeHead(200, json).end('{"code":-13,"message":"Permission denied"}');
		return;
	}
	if ((await bus.find(object)).length === 0) {
		response.writeHead(200, json).end(renderStatus(ubusStatus.notFound));
		return;
	}
	response.writeHead(200, { "Content-Type": "text/event-stream" });
	response.flushHeaders();
	const subscription = bus.connection.subscribe(object, {
		notify: (type, data) =>
			response.write(`event: ${type}\ndata: ${renderFields(encodeTable(data), false)}\n\n`),
		gone: () => response.end(),
	});
	response.on("close", () => subscription.close());
}

function renderStatus(status: number): string {
	return JSON.stringify({ code: status, message: statusText(status) });
}

function sessionOf({ headers }: IncomingMessage): string {
	const match = /^Bearer (.*)$/i.exec(headers.authorization ?? "");
	return match?.[1] ?? nullSession;
}

/** null: longer than uhttpd takes; the rest of it is not read. */
function readBody(request: IncomingMessage): Promise<string | null> {
	const chunks: Buffer[] = [];
	let length = 0;
	return new Promise((resolve, reject) => {
		request.on("data", (chunk: Buffer) => {
			length += chunk.length;
			if (length <= maxBodyBytes) {
				chunks.push(chunk);
				return;
			}
			request.pause();
			resolve(null);
		});
		request.on("end", () => resolve(Buffer.concat(chunks).toString()));
		request.on("error", reject);
	});
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
