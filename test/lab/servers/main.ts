// The servers of the lab's Internet: node servers.mjs CERTIFICATES ADDRESS... Prints "ready" once all of them listen.
import { createSocket } from "node:dgram";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Socket } from "node:net";
import { beOutside } from "../priority.ts";
import { CaptiveClients } from "./captive.ts";
import { answerQuery } from "./dns.ts";
import { serveStun } from "./stun.ts";
import { serveTls } from "./tls.ts";

const [certificates = "", ...addresses] = process.argv.slice(2);
const captive = new CaptiveClients();
beOutside();

/**
 * `/` gives the client's address as it is seen here, `/json` more, `/bytes/<n>` that many bytes; `/secure` leads to https, `/portal` to
 * a server with a certificate of its own making.
 */
function answerHttp(request: IncomingMessage, response: ServerResponse): void {
	const { remoteAddress = "", remotePort, localAddress = "" } = request.socket;
	const path = request.url ?? "/";
	const bytes = /^\/bytes\/(\d+)$/.exec(path)?.[1];
	if (captive.take(path)) {
		response.end("ok\n");
	} else if (captive.has(plain(remoteAddress))) {
		response.writeHead(302, { location: "http://login.portal.lab/" }).end("log in\n");
	} else if (bytes) {
		sendBytes(response, Number(bytes));
	} else if (path === "/json") {
		const seen = { address: plain(remoteAddress), port: remotePort, server: plain(localAddress) };
		response.setHeader("content-type", "application/json");
		response.end(`${JSON.stringify(seen)}\n`);
	} else if (path === "/secure" || path === "/portal") {
		const host = path === "/secure" ? (request.headers.host ?? "") : "server3.lab:4433";
		response.writeHead(302, { location: `https://${host}/` }).end();
	} else if (path === "/upload") {
		request.resume().once("end", () => response.end("thank you\n"));
	} else if (path === "/generate_204") {
		response.writeHead(204).end();
	} else {
		response.end(`${plain(remoteAddress)}\n`);
	}
}

const chunk = Buffer.alloc(65_536, "polywan ");

function sendBytes(response: ServerResponse, total: number): void {
	let left = total;
	response.setHeader("content-length", total);
	const more = (): void => {
		while (left > 0) {
			const part = left >= chunk.length ? chunk : chunk.subarray(0, left);
			left -= part.length;
			if (!response.write(part)) {
				response.once("drain", more);
				return;
			}
		}
		response.end();
	};
	more();
}

/** An IPv4 client of a dual-stack socket is ::ffff:a.b.c.d. */
function plain(address: string): string {
	return address.replace(/^::ffff:/, "");
}

function serveTcp(port: number, onConnection: (socket: Socket) => void): Promise<void> {
	const server = createTcpServer((socket) => {
		socket.on("error", () => socket.destroy());
		onConnection(socket);
	});
	return new Promise((resolve) => server.listen({ host: "::", port, backlog: 1024 }, resolve));
}

/** One socket per address: an answer must come from the address that was asked. */
function serveUdp(address: string, port: number, answer: (message: Buffer) => Buffer | null): Promise<void> {
	const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
	socket.on("message", (message, from) => {
		const reply = answer(message);
		if (reply) socket.send(reply, from.port, from.address);
	});
	socket.on("error", (error) => console.error(`udp ${address} ${port}: ${error.message}`));
	return new Promise((resolve) => socket.bind(port, address, resolve));
}

/** Servers 1 and 2, which answer for each other. */
function stunPairs(all: readonly string[]): [string, string][] {
	return [["203.0.113.1", "203.0.113.2"] as const, ["2001:db8:ffff::1", "2001:db8:ffff::2"] as const]
		.filter((pair) => pair.every((address) => all.includes(address)))
		.map(([one, other]) => [one, other]);
}

function answerDnsOverTcp(socket: Socket): void {
	let held = Buffer.alloc(0);
	socket.on("data", (data) => {
		held = Buffer.concat([held, data]);
		while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
			const length = held.readUInt16BE(0);
			const reply = answerQuery(held.subarray(2, 2 + length));
			held = held.subarray(2 + length);
			if (!reply) continue;
			const size = Buffer.alloc(2);
			size.writeUInt16BE(reply.length);
			socket.write(Buffer.concat([size, reply]));
		}
	});
}

await Promise.all([
	...stunPairs(addresses).map((pair) => serveStun(...pair)),
	new Promise<void>((resolve) =>
		createServer(answerHttp).listen({ host: "::", port: 80, backlog: 1024 }, resolve),
	),
	serveTls(certificates, answerHttp),
	serveTcp(7, (socket) => socket.pipe(socket)),
	serveTcp(9, (socket) => socket.resume()),
	// Says at once who the client is and ends: what connect-loop asks.
	serveTcp(13, (socket) => socket.end(`${plain(socket.remoteAddress ?? "")}\n`)),
	serveTcp(53, answerDnsOverTcp),
	...addresses.flatMap((address) => [
		serveUdp(address, 7, (message) => message),
		serveUdp(address, 53, answerQuery),
	]),
]);
process.stdout.write("ready\n");
