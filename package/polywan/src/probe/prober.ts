import type { Family } from "polywan-core/family";
import type { ProbeTarget } from "polywan-core/health/probe-target";
import { SystemError } from "polywan-runtime/error";
import type { Address, Socket } from "polywan-runtime/socket";

/** Where probes leave, and who hears of their fate. */
export interface ProberOptions {
	readonly uplink: string;
	readonly family: Family;
	/** Packets leave by this device and answers are taken from it alone. */
	readonly device: string;
	readonly ifindex: number;
	/** Firewall mark of the uplink, so that its own routing table is used. */
	readonly mark: number;
	/** Of the device, the most wanted first. */
	readonly addresses: readonly string[];
	readonly gateway: string | null;
	readonly dnsServers: readonly string[];
	readonly payloadBytes: number;
	/** Of pings; absent or null: the system's. */
	readonly ttl?: number | null;
	onReply(target: string, sequence: number, rttUs: number): void;
	/** Never called from within `send`. `portal`: a captive portal answered instead. */
	onFailure(target: string, sequence: number, reason: string, portal?: boolean): void;
}

/** Asks targets of one method. */
export interface Prober {
	/** `text`: what the target is called when it is told what became of the probe. Throws SystemError when it cannot be sent. */
	send(target: ProbeTarget, text: string, sequence: number): void;
	close(): void;
}

/** Longest a question over a connection is kept open; its answer is given up sooner. */
export const EXCHANGE_MS = 10_000;

/** Only by this uplink. */
export function bindToUplink(socket: Socket, { device, mark }: ProberOptions): void {
	socket.setOption("bindToDevice", device);
	socket.setOption("mark", mark);
}

export function addressOf(family: Family, address: string, port: number, ifindex: number): Address {
	if (family === 4) return { family: "inet", address, port };
	return { family: "inet6", address, port, scopeId: address.toLowerCase().startsWith("fe80:") ? ifindex : 0 };
}

const ERRORS: Readonly<Record<string, string>> = {
	ECONNREFUSED: "connection refused",
	ECONNRESET: "connection reset",
	EPIPE: "connection closed",
	ETIMEDOUT: "connection timed out",
	ENETUNREACH: "no route",
	EHOSTUNREACH: "no route to the host",
	EADDRNOTAVAIL: "no usable source address",
	ENODEV: "the device is gone",
	ENETDOWN: "the device is down",
	EPERM: "the firewall forbids it",
	EACCES: "the firewall forbids it",
};

/** In words a user understands. */
export function describeProbeError(error: unknown): string {
	if (error instanceof SystemError) return ERRORS[error.code] ?? error.message;
	return error instanceof Error ? error.message : String(error);
}
