// A tunnel in clear over UDP: `tunnel near <device> <address> <port>` calls the far end again and again, as WireGuard's
// keep-alives do; `tunnel far …` listens there and answers whoever called last, and prints
// each address that it hears from.

import { watchFd } from "polywan-runtime/loop";
import { args, writeStdout } from "polywan-runtime/program";
import { type Address, Socket } from "polywan-runtime/socket";
import { openTun } from "polywan-runtime/tun";

const KEEPALIVE_MS = 100;
const MOST_BYTES = 2048;

const [end = "", device = "", address = "", port = "0"] = args;
const there: Address = { family: "inet", address, port: Number(port) };
const buffer = new Uint8Array(MOST_BYTES);
const tun = openTun(device, "tun");
const socket = Socket.open("inet", "dgram");
let peer: Address | null = end === "near" ? there : null;
if (end === "far") socket.bind(there);

function send(data: Uint8Array): void {
	try {
		if (peer !== null) socket.send(data, peer);
	} catch {
		// No route at the moment: lost, as on any line.
	}
}

function follow(from: Address | null): void {
	if (from?.family !== "inet") return;
	if (peer?.family !== "inet" || peer.address !== from.address) writeStdout(`${from.address}\n`);
	peer = from;
}

function receive(): void {
	try {
		for (;;) {
			const received = socket.receive(buffer);
			if (received === null) return;
			if (end === "far") follow(received.from);
			if (received.bytes > 1) tun.write(buffer.subarray(0, received.bytes));
		}
	} catch {
		// An error that the network reported for a packet before.
	}
}

watchFd(tun.fd, { read: true }, () => {
	for (let bytes = tun.read(buffer); bytes !== null; bytes = tun.read(buffer)) send(buffer.slice(0, bytes));
});
socket.watch({ read: true }, receive);
if (end === "near") setInterval(() => send(new Uint8Array(1)), KEEPALIVE_MS);
writeStdout("ready\n");
