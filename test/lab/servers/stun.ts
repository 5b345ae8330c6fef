import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

// A STUN server of RFC 8489 with two addresses and two ports (RFC 5780).

const ports = [3478, 3479] as const;
const cookie = Buffer.from("2112a442", "hex");
const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const changeRequest = 0x0003;
const xorMappedAddress = 0x0020;
const otherAddress = 0x802c;

interface Place {
	readonly address: 0 | 1;
	readonly port: 0 | 1;
}

/** Answers at both addresses on ports 3478 and 3479. */
export async function serveStun(...addresses: [string, string]): Promise<void> {
	const sockets = new Map<string, Socket>();
	const key = ({ address, port }: Place) => `${address} ${port}`;
	const places = ([0, 1] as const).flatMap((address) => ([0, 1] as const).map((port) => ({ address, port })));
	for (const place of places) {
		const address = addresses[place.address];
		const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
		sockets.set(key(place), socket);
		socket.on("message", (message, from) => {
			if (message.length < 20 || message.readUInt16BE(0) !== bindingRequest) return;
			const flags =
				message.length >= 28 && message.readUInt16BE(20) === changeRequest ? message.readUInt32BE(24) : 0;
			const answering: Place = {
				address: flags & 4 ? (place.address ? 0 : 1) : place.address,
				port: flags & 2 ? (place.port ? 0 : 1) : place.port,
			};
			const other = { address: addresses[place.address ? 0 : 1], port: ports[place.port ? 0 : 1] };
			sockets
				.get(key(answering))
				?.send(buildAnswer(message.subarray(8, 20), from, other), from.port, from.address);
		});
		await new Promise<void>((resolve) => socket.bind(ports[place.port], address, resolve));
	}
}

function buildAnswer(
	transaction: Buffer,
	from: RemoteInfo,
	other: { address: string; port: number },
): Buffer {
	const mask = Buffer.concat([cookie, transaction]);
	const mapped = endpoint(from.address, from.port).map((byte, index) =>
		index < 2 ? byte : byte ^ (mask[index < 4 ? index - 2 : index - 4] ?? 0),
	);
	const body = Buffer.concat([
		attribute(xorMappedAddress, Buffer.from(mapped)),
		attribute(otherAddress, endpoint(other.address, other.port)),
	]);
	const head = Buffer.alloc(4);
	head.writeUInt16BE(bindingSuccess, 0);
	head.writeUInt16BE(body.length, 2);
	return Buffer.concat([head, mask, body]);
}

function attribute(type: number, value: Buffer): Buffer {
	const head = Buffer.alloc(4);
	head.writeUInt16BE(type, 0);
	head.writeUInt16BE(value.length, 2);
	return Buffer.concat([head, value]);
}

function endpoint(address: string, port: number): Buffer {
	const bytes = address.includes(":") ? ipv6Bytes(address) : address.split(".").map(Number);
	return Buffer.from([0, address.includes(":") ? 2 : 1, port >> 8, port & 0xff, ...bytes]);
}

function ipv6Bytes(address: string): number[] {
	const [head = "", tail = ""] = address.split("::");
	const words = (text: string) => (text === "" ? [] : text.split(":"));
	const missing = Array.from({ length: 8 - words(head).length - words(tail).length }, () => "0");
	return [...words(head), ...missing, ...words(tail)].flatMap((word) => {
		const value = Number.parseInt(word, 16);
		return [value >> 8, value & 0xff];
	});
}
