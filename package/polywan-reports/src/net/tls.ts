import { readFile } from "polywan-runtime/file";
import type { Socket, StreamSocket } from "polywan-runtime/socket";
import { TlsSocket } from "polywan-runtime/tls";
import type { TlsModel } from "../config/model.ts";

/**
 * TLS over a socket, with a server of this name or address: loaded where it is wanted alone. Throws SystemError when our own certificate
 * cannot be read, TlsError when it cannot be used.
 */
export function openTls(
	socket: Socket,
	name: string,
	{ authorities, insecure, own }: TlsModel,
): StreamSocket {
	return new TlsSocket(socket, {
		name,
		authorities: authorities ?? undefined,
		insecure,
		own: own === null ? undefined : { certificate: readFile(own.certificate), key: readFile(own.key) },
	});
}
