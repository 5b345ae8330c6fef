// rtnetlink messages as the kernel sends them, for tests.
import { buildAttribute, host32 } from "polywan/netlink/message";
import { parseAddress } from "polywan-core/address";

/** IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_MULTICAST | IFF_LOWER_UP */
export const FLAGS_UP = 0x11043;
/** IFF_UP | IFF_BROADCAST | IFF_MULTICAST: the cable is out */
export const FLAGS_NO_CARRIER = 0x1003;

export function linkMessage(ifindex: number, name: string, flags = FLAGS_UP, family = 0): Uint8Array {
	const header = new Uint8Array(16);
	header[0] = family;
	header.set(host32(ifindex), 4);
	header.set(host32(flags), 8);
	return join(header, buildAttribute(3, textBytes(`${name}\0`)), buildAttribute(4, host32(1500)));
}

export function addressMessage(
	ifindex: number,
	text: string,
	prefixLength: number,
	flags = 0,
	scope = 0,
): Uint8Array {
	const header = new Uint8Array(8);
	header[0] = text.includes(":") ? 10 : 2;
	header[1] = prefixLength;
	header[3] = scope;
	header.set(host32(ifindex), 4);
	return join(header, buildAttribute(1, addressBytes(text)), buildAttribute(8, host32(flags)));
}

export function neighbourMessage(ifindex: number, text: string, state: number): Uint8Array {
	const header = new Uint8Array(12);
	header[0] = text.includes(":") ? 10 : 2;
	header.set(host32(ifindex), 4);
	header.set(host32(state).subarray(0, 2), 8);
	return join(header, buildAttribute(1, addressBytes(text)));
}

function addressBytes(text: string): Uint8Array {
	return Uint8Array.from(parseAddress(text)?.bytes ?? []);
}

function textBytes(text: string): Uint8Array {
	return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
	return Uint8Array.from(parts.flatMap((part) => [...part]));
}
