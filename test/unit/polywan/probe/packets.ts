import { buildEchoRequest } from "polywan/probe/icmp";
import type { Family } from "polywan-core/family";

/** An echo reply to `buildEchoRequest`, as a raw socket gives it. */
export function echoReply(family: Family, identifier: number, sequence: number): Uint8Array {
	const message = withSequence(buildEchoRequest(family, identifier, 8), sequence);
	message[0] = family === 4 ? 0 : 129;
	return family === 4 ? join(ipHeader(4, [10, 0, 0, 1]), message) : message;
}

/** An error about an echo request to `target`, quoting as much of it as RFC 792 demands. */
export function icmpError(
	family: Family,
	type: number,
	code: number,
	target: readonly number[],
	identifier: number,
	sequence: number,
): Uint8Array {
	const quoted = join(
		ipHeader(family, target),
		withSequence(buildEchoRequest(family, identifier, 0), sequence),
	);
	const message = join(Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0), quoted);
	return family === 4 ? join(ipHeader(4, [192, 0, 2, 1]), message) : message;
}

function ipHeader(family: Family, destination: readonly number[]): Uint8Array {
	const header = new Uint8Array(family === 4 ? 20 : 40);
	header[0] = family === 4 ? 0x45 : 0x60;
	header[family === 4 ? 9 : 6] = family === 4 ? 1 : 58;
	header.set(destination, family === 4 ? 16 : 24);
	return header;
}

function withSequence(message: Uint8Array, sequence: number): Uint8Array {
	message[6] = sequence >> 8;
	message[7] = sequence & 0xff;
	return message;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
	return Uint8Array.from(parts.flatMap((part) => [...part]));
}
