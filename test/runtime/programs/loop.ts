import { close } from "polywan:descriptor";
import { watchFd } from "polywan-runtime/loop";
import { args } from "polywan-runtime/program";
import { type Address, Socket } from "polywan-runtime/socket";
import { amount, check, ensure, equal, errorOf, pending } from "./check.ts";

const loopback: Address = { family: "inet", address: "127.0.0.1", port: 0 };

function receiver(): Socket {
	const socket = Socket.open("inet", "dgram");
	socket.bind(loopback);
	return socket;
}

await check("busy sockets all progress, none more than once a turn", async () => {
	const rounds = amount(3000, 300, args);
	const { promise, resolve } = pending();
	const counts = [0, 0, 0];
	let spread = 0;
	const sockets = counts.map(receiver);
	const addresses = sockets.map((socket) => socket.localAddress());
	const data = new Uint8Array(100);
	sockets.forEach((socket, i) => {
		for (let n = 0; n < 3; n++) socket.send(data, addresses[i]); // never empty: a datagram goes in for each that comes out
		socket.watch({ read: true }, () => {
			socket.receive(data);
			socket.send(data, addresses[i]);
			counts[i] = (counts[i] ?? 0) + 1;
			spread = Math.max(spread, Math.max(...counts) - Math.min(...counts));
			if (counts.every((count) => count >= rounds)) resolve();
		});
	});
	await promise;
	for (const socket of sockets) socket.close();
	ensure(spread <= 1, `callbacks are at most 1 apart, not ${spread}`);
});

await check("a timer runs on time beside a busy socket", async () => {
	const { promise, resolve } = pending();
	const socket = receiver();
	const address = socket.localAddress();
	const data = new Uint8Array(1);
	socket.send(data, address);
	socket.watch({ read: true }, () => {
		socket.receive(data);
		socket.send(data, address);
	});
	setTimeout(resolve, 20);
	await promise;
	socket.close();
});

await check("a timer of 0 ms that sets itself again does not starve a socket", async () => {
	const { promise, resolve } = pending();
	const socket = receiver();
	let timer = 0;
	const again = () => {
		timer = setTimeout(again, 0);
	};
	again();
	socket.watch({ read: true }, () => resolve());
	socket.send(new Uint8Array(1), socket.localAddress());
	await promise;
	clearTimeout(timer);
	socket.close();
});

await check("thousands of descriptors, numbers above 1024", async () => {
	const count = amount(3000, 600, args);
	const { promise, resolve } = pending();
	const sockets = Array.from({ length: count }, receiver);
	const seen = new Set<number>();
	for (const socket of sockets)
		socket.watch({ read: true }, () => {
			socket.receive(new Uint8Array(4));
			seen.add(socket.fd);
			if (seen.size === count) resolve();
		});
	for (const socket of sockets) socket.send(new Uint8Array(1), socket.localAddress());
	await promise;
	const highest = Math.max(...sockets.map((socket) => socket.fd));
	for (const socket of sockets) socket.close();
	ensure(highest >= count, `a descriptor above ${count} was used, not ${highest}`);
});

await check("every ready descriptor is called once before any is called twice", async () => {
	const count = amount(500, 100, args);
	const { promise, resolve } = pending();
	const calls: number[] = [];
	const sockets = Array.from({ length: count }, receiver);
	sockets.forEach((socket, i) => {
		socket.send(new Uint8Array(1), socket.localAddress());
		socket.watch({ read: true }, () => {
			calls.push(i);
			if (calls.length === 2 * count) resolve();
		});
	});
	await promise;
	for (const socket of sockets) socket.close();
	equal(new Set(calls.slice(0, count)).size, count);
});

await check("micro-tasks run between two callbacks", async () => {
	const { promise, resolve } = pending();
	const order: string[] = [];
	const sockets = [receiver(), receiver()];
	for (const [i, socket] of sockets.entries()) {
		socket.send(new Uint8Array(1), socket.localAddress());
		socket.watch({ read: true }, () => {
			socket.receive(new Uint8Array(1));
			order.push(`callback ${i}`);
			Promise.resolve().then(() => {
				order.push(`task of ${i}`);
				if (order.length === 4) resolve();
			});
		});
	}
	await promise;
	for (const socket of sockets) socket.close();
	equal(order, ["callback 0", "task of 0", "callback 1", "task of 1"]);
});

await check("a watch closed by another callback of the same turn is not called", async () => {
	const { promise, resolve } = pending();
	let calls = 0;
	const sockets = [receiver(), receiver()];
	const watches = sockets.map((socket) => {
		socket.send(new Uint8Array(1), socket.localAddress());
		return socket.watch({ read: true }, () => {
			calls++;
			for (const watch of watches) watch.close();
			setTimeout(resolve, 1);
		});
	});
	await promise;
	for (const socket of sockets) socket.close();
	equal(calls, 1);
});

await check("interest changes: write, nothing, read", async () => {
	const { promise, resolve } = pending();
	const seen: string[] = [];
	const socket = receiver();
	const watch = socket.watch({ write: true }, (ready) => {
		seen.push(ready.writable ? "write" : ready.readable ? "read" : "nothing");
		if (ready.readable) resolve();
		watch.set({});
		setTimeout(() => watch.set({ read: true }), 1);
	});
	socket.send(new Uint8Array(1), socket.localAddress());
	await promise;
	socket.close();
	equal(seen, ["write", "read"]);
});

await check("the other side hanging up is readable and an error state", async () => {
	const { promise, resolve } = pending<string>();
	const server = Socket.open("inet", "stream");
	server.bind(loopback);
	server.listen();
	const client = Socket.open("inet", "stream");
	client.connect(server.localAddress());
	server.watch({ read: true }, () => {
		server.accept()?.socket.close();
		server.close();
	});
	client.watch({ read: true }, (ready) => {
		const got = client.receive(new Uint8Array(1));
		client.close();
		resolve(`${ready.readable} ${got?.bytes}`);
	});
	equal(await promise, "true 0");
});

await check("a descriptor can be watched again after it was closed without closing its watch", async () => {
	const { promise, resolve } = pending();
	const first = receiver();
	const old = watchFd(first.fd, { read: true }, () => {
		throw new Error("the watch of a closed descriptor was called");
	});
	const number = first.fd;
	first.close();
	const second = receiver();
	equal(second.fd, number);
	second.watch({ read: true }, () => resolve());
	equal(errorOf(() => old.set({ read: true, write: true })).code, "EBADF");
	old.close(); // must not take the new one away
	old.set({ read: true });
	second.send(new Uint8Array(1), second.localAddress());
	await promise;
	second.close();
});

await check("errors say what was attempted", () => {
	const socket = receiver();
	const watch = socket.watch({ read: true }, () => {});
	equal(errorOf(() => socket.watch({ read: true }, () => {})).code, "EEXIST");
	watch.close();
	watch.close();
	socket.close();
	const error = errorOf(() => watchFd(socket.fd, { read: true }, () => {}));
	equal([error.code, error.syscall, error.name], ["EBADF", "epoll_ctl", "SystemError"]);
	equal(error.message, "watch descriptor -1: Bad file descriptor (EBADF)");
});

await check("closing a descriptor twice fails, and harms nothing", () => {
	const socket = receiver();
	const { fd } = socket;
	socket.close();
	socket.close();
	ensure(close(fd) < 0, "close gives an errno");
});
