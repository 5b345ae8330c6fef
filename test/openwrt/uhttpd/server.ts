import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { runCgi } from "./cgi.ts";
import { sendError } from "./error-page.ts";
import { findPath, splitQuery } from "./path.ts";
import type { RpcBus } from "./rpc-bus.ts";
import type { Settings } from "./settings.ts";
import { sendDirectory, sendFile } from "./static-file.ts";
import { handleUbus } from "./ubus-handler.ts";

/** A server for one listener, not listening yet. `bus` is null when there is no JSON-RPC. */
export function createHttpServer(settings: Settings, bus: RpcBus | null): Server {
	const server = createServer((request, response) => {
		handle(settings, bus, request, response).catch((error: unknown) => {
			if (request.destroyed && !request.complete) return;
			console.error(`uhttpd: ${request.method} ${request.url}: ${String(error)}`);
			sendError(response, 500, "Internal Server Error", "");
		});
	});
	server.keepAliveTimeout = settings.keepAliveMs;
	return server;
}

async function handle(
	settings: Settings,
	bus: RpcBus | null,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	// uhttpd is one loop: while it waits for rpcd it does nothing else.
	await bus?.idle();
	const url = request.url ?? "/";
	const [path] = splitQuery(url);
	if (bus !== null && settings.ubusPrefix !== null && isBelow(settings.ubusPrefix, path)) {
		await handleUbus(bus, request, response, path.slice(settings.ubusPrefix.length));
		return;
	}
	const found = findPath(settings.docroot, url, settings.indexes);
	if (found === null) {
		sendError(response, 404, "Not Found", `The requested URL ${url} was not found on this server.`);
	} else if (found.kind === "redirect") {
		response.writeHead(302, "Found", { Location: found.location, "Content-Length": 0 }).end();
	} else if (found.kind === "directory") {
		if (!settings.noDirectoryLists) sendDirectory(response, found.path, found.name);
		else sendError(response, 403, "Forbidden", `You don't have permission to access ${url} on this server.`);
	} else if (isBelow(settings.cgiPrefix, found.name)) {
		runCgi(request, response, found, settings.docroot, settings.scriptTimeoutMs);
	} else {
		sendFile(request, response, found.path, found.stat);
	}
}

function isBelow(prefix: string, path: string): boolean {
	return path === prefix || path.startsWith(`${prefix}/`);
}
