import type { TlsDemand } from "polywan-core/health/probe-target";
import { isClockSynchronized, wallMs } from "polywan-runtime/clock";
import type { Socket, StreamSocket } from "polywan-runtime/socket";
import { TlsSocket } from "polywan-runtime/tls";

/** No clock that was ever set shows an earlier time: this was written then. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

/** TLS with a server by this name, for a TcpExchange. */
export function overTls(name: string, demand: TlsDemand): (socket: Socket) => StreamSocket {
	return (socket) =>
		new TlsSocket(socket, {
			name,
			authorities: demand.authorities ?? undefined,
			insecure: demand.insecure,
			earlyClock: isClockUnset(wallMs(), isClockSynchronized()),
		});
}

/** Routers boot in the past, and are told the time over the very lines that are tested. */
function isClockUnset(nowMs: number, synchronized: boolean): boolean {
	return nowMs < EARLIEST_MS || !synchronized;
}
