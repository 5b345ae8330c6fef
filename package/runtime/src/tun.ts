import { close, read, write } from "polywan:descriptor";
import * as native from "polywan:tun";
import { checkResult, isError } from "./error.ts";

/** A network device whose packets this program sends and receives. Gone when it is closed. */
export interface Tun {
	readonly fd: number;
	/** The device's name. */
	readonly name: string;
	/** Takes one packet; its size, or null when there is none. */
	read(into: Uint8Array): number | null;
	/** Gives one packet; its size, or null when the queue is full. */
	write(data: Uint8Array): number | null;
	close(): void;
}

/**
 * Makes a device for IP packets (tun) or Ethernet frames (tap), without the leading packet information; non-blocking. A "%d" in the name becomes
 * a number. Throws SystemError: EPERM without CAP_NET_ADMIN, EBUSY when the name is taken, ENOENT without /dev/net/tun.
 */
export function openTun(name: string, kind: "tun" | "tap"): Tun {
	const opened = checkResult(
		native.open(name, kind === "tap"),
		"TUNSETIFF",
		() => `make the ${kind} device ${name}`,
	);
	const { fd } = opened;
	return {
		fd,
		name: opened.name,
		read: (into) => packetResult(read(fd, into), "read", opened.name),
		write: (data) => packetResult(write(fd, data), "write", opened.name),
		close: () => void close(fd),
	};
}

function packetResult(result: number, syscall: string, name: string): number | null {
	if (isError(result, "EAGAIN")) return null;
	return checkResult(result, syscall, () => `${syscall} a packet on ${name}`);
}
