import { removeFile } from "polywan-runtime/file";
import { pid } from "polywan-runtime/program";
import { type Address, encodeAddress, Socket } from "polywan-runtime/socket";
import { check, ensure, equal, errorOf, pending } from "./check.ts";

const decoder = new TextDecoder();
const bytes = (text: string) => new TextEncoder().encode(text);
const folder = `/tmp/polywan-test-socket-${pid()}`;

/** Sends a text over a connection and back through an echo, and closes all of it. */
async function echo(
	server: Socket,
	address: Address,
	type: "stream" | "seqpacket",
	text: string,
): Promise<string> {
	const { promise, resolve } = pending<string>();
	const family = address.family;
	server.listen();
	server.watch({ read: true }, () => {
		const accepted = server.accept();
		if (!accepted) return;
		equal(accepted.from.family, family);
		const { socket } = accepted;
		const buffer = new Uint8Array(100);
		socket.watch({ read: true }, () => {
			const got = socket.receive(buffer);
			if (got && got.bytes > 0) socket.send(buffer.subarray(0, got.bytes));
			else socket.close();
		});
	});
	const client = Socket.open(family, type);
	const into = new Uint8Array(100);
	let answer = "";
	const connected = client.connect(address);
	const watch = client.watch({ read: true, write: true }, (ready) => {
		if (ready.writable) {
			equal(client.error(), null);
			client.send(bytes(text));
			watch.set({ read: true });
			return;
		}
		const got = client.receive(into);
		answer += decoder.decode(into.subarray(0, got?.bytes ?? 0));
		if (answer.length < text.length) return;
		client.close();
		server.close();
		resolve(answer);
	});
	ensure(typeof connected === "boolean", "connect tells whether it is done");
	return promise;
}

for (const address of ["127.0.0.1", "::1"]) {
	const family = address === "::1" ? "inet6" : "inet";
	await check(`datagrams to an encoded address of ${family}`, () => {
		const [one, other] = [Socket.open(family, "dgram"), Socket.open(family, "dgram")];
		other.bind({ family, address, port: 0 });
		const into = new Uint8Array(10);
		equal(other.receiveBytes(into), null);
		equal(one.sendEncoded(bytes("hello"), encodeAddress(other.localAddress())), 5);
		equal(other.receiveBytes(into), 5);
		equal(decoder.decode(into.subarray(0, 5)), "hello");
		const nobody = { address: other.localAddress(), bytes: new Uint8Array(3) };
		equal(errorOf(() => one.sendEncoded(bytes("x"), nobody)).syscall, "send");
		one.close();
		other.close();
	});
}

for (const address of ["127.0.0.1", "::1"]) {
	const family = address === "::1" ? "inet6" : "inet";
	await check(`TCP over ${family}`, async () => {
		const server = Socket.open(family, "stream");
		server.setOption("reuseAddress", 1);
		server.bind({ family, address, port: 0 });
		const local = server.localAddress();
		ensure(local.family === family && local.address === address && local.port > 0, "the address is bound");
		equal(await echo(server, local, "stream", `over ${family}`), `over ${family}`);
	});

	await check(`UDP over ${family}, and who sent it`, () => {
		const [a, b] = [Socket.open(family, "dgram"), Socket.open(family, "dgram")];
		a.bind({ family, address, port: 0 });
		b.bind({ family, address, port: 0 });
		equal(a.receive(new Uint8Array(10)), null);
		equal(b.send(bytes("hello"), a.localAddress()), 5);
		const into = new Uint8Array(20).fill(120);
		const got = a.receive(into.subarray(2, 10));
		equal([got?.bytes, decoder.decode(into)], [5, `xxhello${"x".repeat(13)}`]);
		equal(got?.from, b.localAddress());
		equal(b.send(new Uint8Array(0), a.localAddress()), 0);
		equal(a.receive(into)?.bytes, 0);
		a.close();
		b.close();
	});
}

for (const path of [`${folder}.sock`, `\0polywan-test-${pid()}`]) {
	const kind = path.startsWith("\0") ? "abstract" : "in the file system";
	await check(`unix stream ${kind}`, async () => {
		const server = Socket.open("unix", "stream");
		server.bind({ family: "unix", path });
		equal(server.localAddress(), { family: "unix", path });
		equal(await echo(server, { family: "unix", path }, "stream", "over unix"), "over unix");
		if (!path.startsWith("\0")) removeFile(path);
	});
}

await check("unix seqpacket keeps messages apart", async () => {
	const server = Socket.open("unix", "seqpacket");
	const address: Address = { family: "unix", path: `\0polywan-seq-${pid()}` };
	server.bind(address);
	equal(await echo(server, address, "seqpacket", "a message"), "a message");
});

await check("a connection that is refused", async () => {
	const { promise, resolve } = pending<string | undefined>();
	const probe = Socket.open("inet", "stream");
	probe.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	const free = probe.localAddress();
	probe.close();
	const client = Socket.open("inet", "stream");
	client.connect(free);
	client.watch({ write: true }, (ready) => {
		ensure(ready.error, "an error state");
		const error = client.error();
		client.close();
		resolve(error?.code);
	});
	equal(await promise, "ECONNREFUSED");
});

await check("a stream takes what fits, and says when it would block", async () => {
	const { promise, resolve } = pending();
	const server = Socket.open("inet", "stream");
	server.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	server.listen();
	const client = Socket.open("inet", "stream");
	client.connect(server.localAddress());
	const data = new Uint8Array(100_000);
	let [sent, received] = [0, 0];
	const watch = client.watch({ write: true }, () => {
		for (let n = client.send(data); n !== null; n = client.send(data)) sent += n;
		watch.set({});
		const { socket } = server.accept() ?? {};
		socket?.watch({ read: true }, () => {
			received += socket.receive(data)?.bytes ?? 0;
			if (received < sent) return;
			client.shutdown("write");
			socket.close();
			client.close();
			server.close();
			resolve();
		});
	});
	await promise;
	ensure(sent > 100_000, `more than one piece went in: ${sent} bytes`);
	equal(received, sent);
});

await check("errors carry a code and what was attempted", () => {
	const socket = Socket.open("inet", "stream");
	const error = errorOf(() => socket.bind({ family: "inet", address: "203.0.113.77", port: 80 }));
	equal([error.code, error.syscall], ["EADDRNOTAVAIL", "bind"]);
	ensure(error.message.startsWith("inet stream socket: bind to 203.0.113.77:80: "), error.message);
	equal(errorOf(() => socket.send(bytes("x"))).code, "EPIPE");
	equal(errorOf(() => socket.accept()).code, "EINVAL");
	equal(errorOf(() => socket.bind({ family: "inet", address: "nowhere", port: 1 })).name, "TypeError");
	equal(
		errorOf(() => socket.bind({ family: "inet", address: "127.0.0.1", port: 70_000 })).name,
		"RangeError",
	);
	equal(errorOf(() => socket.connect({ family: "unix", path: "x".repeat(200) })).name, "RangeError");
	socket.close();
	equal(socket.fd, -1);
	equal(errorOf(() => socket.listen()).code, "EBADF");
	equal(errorOf(() => Socket.open("inet", "seqpacket")).code, "ESOCKTNOSUPPORT");
});

await check("options", () => {
	const socket = Socket.open("inet", "stream");
	for (const option of ["reuseAddress", "keepAlive", "noDelay"] as const) socket.setOption(option, 1);
	for (const option of ["receiveBuffer", "sendBuffer"] as const) socket.setOption(option, 65536);
	socket.setOption("ttl", 5);
	equal(errorOf(() => socket.setOption("ttl", 1000)).code, "EINVAL");
	equal(errorOf(() => socket.setOption("none" as "ttl", 1)).name, "TypeError");
	const six = Socket.open("inet6", "dgram");
	six.setOption("v6Only", 1);
	six.setOption("hopLimit", 7);
	socket.close();
	six.close();
});
