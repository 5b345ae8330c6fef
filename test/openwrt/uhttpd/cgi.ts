import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendError } from "./error-page.ts";
import type { Found } from "./path.ts";
import { splitQuery } from "./path.ts";

type Script = Extract<Found, { kind: "file" }>;

const othersMayRun = 0o001;

/** Runs a CGI program: the request's body is its input, its output head and body of the answer. */
export function runCgi(
	request: IncomingMessage,
	response: ServerResponse,
	script: Script,
	docroot: string,
	timeoutMs: number,
): void {
	if ((script.stat.mode & othersMayRun) === 0) {
		sendError(
			response,
			403,
			"Forbidden",
			`You don't have permission to access ${request.url} on this server.`,
		);
		return;
	}
	const child = spawn(script.path, [], { cwd: docroot, env: cgiEnvironment(request, script, docroot) });
	const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
	const head = new HeadReader(response);
	child.stdout.on("data", (chunk: Buffer) => head.push(chunk));
	child.stderr.resume();
	child.stdin.on("error", () => {});
	request.pipe(child.stdin);
	child.on("error", (error) => {
		clearTimeout(timer);
		sendError(response, 500, "Internal Server Error", `Failed to create CGI process: ${error.message}`);
	});
	child.on("close", () => {
		clearTimeout(timer);
		if (head.done) response.end();
		else sendError(response, 502, "Bad Gateway", "The process did not produce any response");
	});
	response.on("close", () => child.kill("SIGKILL"));
}

function cgiEnvironment(request: IncomingMessage, script: Script, docroot: string): Record<string, string> {
	const { headers, socket } = request;
	const environment: Record<string, string | undefined> = {
		PATH: "/sbin:/usr/sbin:/bin:/usr/bin",
		GATEWAY_INTERFACE: "CGI/1.1",
		SERVER_SOFTWARE: "uhttpd",
		SCRIPT_NAME: script.name,
		SCRIPT_FILENAME: script.path,
		DOCUMENT_ROOT: docroot,
		QUERY_STRING: splitQuery(request.url ?? "")[1],
		REQUEST_URI: request.url,
		SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
		REQUEST_METHOD: request.method,
		PATH_INFO: script.info || undefined,
		REDIRECT_STATUS: "200",
		SERVER_NAME: socket.localAddress,
		SERVER_ADDR: socket.localAddress,
		SERVER_PORT: String(socket.localPort),
		REMOTE_HOST: socket.remoteAddress,
		REMOTE_ADDR: socket.remoteAddress,
		REMOTE_PORT: String(socket.remotePort),
		CONTENT_TYPE: headers["content-type"],
		CONTENT_LENGTH: headers["content-length"],
	};
	for (const name of [
		"accept",
		"authorization",
		"connection",
		"cookie",
		"host",
		"origin",
		"referer",
		"user-agent",
	]) {
		const value = headers[name];
		if (typeof value === "string") environment[`HTTP_${name.toUpperCase().replace("-", "_")}`] = value;
	}
	return Object.fromEntries(
		Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}

/** Takes the head off a CGI program's output and passes the rest on. */
class HeadReader {
	readonly #response: ServerResponse;
	#text = "";
	done = false;

	constructor(response: ServerResponse) {
		this.#response = response;
	}

	push(chunk: Buffer): void {
		if (this.done) {
			this.#response.write(chunk);
			return;
		}
		this.#text += chunk.toString("latin1");
		const end = /\r?\n\r?\n/.exec(this.#text);
		if (end === null) return;
		this.done = true;
		this.#sendHead(this.#text.slice(0, end.index).split(/\r?\n/));
		const body = this.#text.slice(end.index + end[0].length);
		if (body !== "") this.#response.write(Buffer.from(body, "latin1"));
	}

	#sendHead(lines: readonly string[]): void {
		let status = 200;
		for (const line of lines) {
			const colon = line.indexOf(":");
			const name = line.slice(0, colon);
			const value = line.slice(colon + 1).trim();
			if (name.toLowerCase() === "status") status = Number.parseInt(value, 10) || 200;
			else if (colon > 0) this.#response.appendHeader(name, value);
		}
		this.#response.writeHead(status);
	}
}
