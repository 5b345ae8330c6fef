// Takes messages by HTTP (8080: any POST) and SMTP (2525: with and without AUTH PLAIN) and prints each as a line of JSON; by HTTPS on 8443,
// SMTP with STARTTLS on 2526 and by TLS from the start on 4650, with the certificate server.crt of the folder given.
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer, TLSSocket } from "node:tls";

const folder = process.argv[2] ?? "";
const tls = { cert: readFileSync(join(folder, "server.crt")), key: readFileSync(join(folder, "server.key")) };

const answer: RequestListener = (request, response) => {
	const parts: Buffer[] = [];
	request.on("data", (part: Buffer) => parts.push(part));
	request.on("end", () => {
		const { url, headers, method } = request;
		const encrypted = request.socket instanceof TLSSocket;
		print({ by: "http", encrypted, method, path: url, headers, body: Buffer.concat(parts).toString() });
		response.writeHead(url === "/refuse" ? 500 : 204).end();
	});
};

/** One session, in the order RFC 5321 wants: a command out of order gets 503, and a bare line feed 500. */
function serveMail(socket: Socket, offersTls = false, greets = true): void {
	const encrypted = socket instanceof TLSSocket;
	const say = (line: string) => socket.write(`${line}\r\n`);
	let mail = { login: "", from: "", to: [] as string[] };
	let body: string[] | null = null;
	let held = "";
	const command = (line: string) => {
		const [verb = ""] = line.toUpperCase().split(" ");
		const address = /<(.*)>/.exec(line)?.[1] ?? "";
		if (verb === "EHLO") say(`250-lab\r\n${offersTls ? "250-STARTTLS\r\n" : ""}250 AUTH PLAIN LOGIN`);
		else if (verb === "STARTTLS" && offersTls) {
			say("220 go on");
			socket.removeAllListeners("data");
			serveMail(new TLSSocket(socket, { isServer: true, ...tls }), false, false);
		} else if (verb === "AUTH") {
			mail.login = Buffer.from(line.split(" ")[2] ?? "", "base64").toString();
			say(mail.login === "\0user\0s3cret" ? "235 ok" : `535 not with ${mail.login.split("\0")[2]}: ${line}`);
		} else if (verb === "MAIL") {
			mail = { ...mail, from: address, to: [] };
			say("250 ok");
		} else if (verb === "RCPT" && mail.from !== "") {
			mail.to.push(address);
			say("250 ok");
		} else if (verb === "DATA" && mail.to.length > 0) {
			body = [];
			say("354 go on");
		} else if (verb === "QUIT") socket.end("221 bye\r\n");
		else say("503 not now");
	};
	const take = (line: string) => {
		if (body === null) command(line);
		else if (line === ".") {
			print({ by: "smtp", encrypted, ...mail, body: body.join("\r\n") });
			body = null;
			say("250 taken");
		} else body.push(line.replace(/^\./, ""));
	};
	if (greets) say("220 lab ESMTP");
	socket.on("error", () => socket.destroy());
	socket.on("data", (data: Buffer) => {
		held += data.toString("latin1");
		if (/(^|[^\r])\n/.test(held)) say("500 bare line feed");
		const lines = held.split("\r\n");
		held = lines.pop() ?? "";
		for (const line of lines) take(line);
	});
}

function print(message: object): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

const listen = (
	server: { listen(at: { host: string; port: number }, done: () => void): unknown },
	port: number,
) => new Promise<void>((resolve) => server.listen({ host: "::", port }, resolve));

const mailByTls = createTlsServer(tls, (socket) => serveMail(socket)).on("tlsClientError", () => {});
await Promise.all([
	listen(createServer(answer), 8080),
	listen(
		createHttpsServer(tls, answer).on("tlsClientError", () => {}),
		8443,
	),
	listen(
		createTcpServer((socket) => serveMail(socket)),
		2525,
	),
	listen(
		createTcpServer((socket) => serveMail(socket, true)),
		2526,
	),
	listen(mailByTls, 4650),
]);
process.stdout.write("ready\n");
