import * as native from "polywan:tls";
import { DEFAULT_AUTHORITIES } from "./authorities.ts";
import { listDirectory, stat } from "./file.ts";
import type { FdWatch, Interest, Ready } from "./loop.ts";
import type { Socket, StreamSocket } from "./socket.ts";
import {
	type Asked,
	ERR_CLOSE_NOTIFY,
	ERR_END,
	explainResult,
	type PeerCertificate,
	TlsError,
} from "./tls-error.ts";

export interface TlsOptions {
	/** The server's name or address: the certificate must be for it. A name is told to the server too (SNI). */
	readonly name: string;
	/** A file of certificates (PEM), or a folder of such files; otherwise DEFAULT_AUTHORITIES. A server's own certificate may be there too. */
	readonly authorities?: string | undefined;
	/** Shown where the server asks for one: a chain and its key (RSA or ECDSA, not encrypted), both PEM. */
	readonly own?: { readonly certificate: Uint8Array; readonly key: Uint8Array } | undefined;
	/** Whatever certificate the server shows is taken: everybody on the way can read and change everything. */
	readonly insecure?: boolean | undefined;
	/** A certificate that is not valid yet is taken: where the clock is known to be behind. */
	readonly earlyClock?: boolean | undefined;
	/** Protocols offered, the most wanted first (ALPN). */
	readonly protocols?: readonly string[] | undefined;
}

const INSECURE = 1;
const EARLY_CLOCK = 2;

/** What is received at once: a record has at most 16 kB (RFC 8446, 5.2). */
const PIECE_BYTES = 16 * 1024;
const buffer = new Uint8Array(PIECE_BYTES);
const nothing = new Uint8Array(0);

/**
 * TLS 1.2 or 1.3 over a stream socket that is connected or connecting, the client's side. Used as the socket itself: it is writable once
 * the handshake is done, and error() tells why it never will be. Closes the socket with itself.
 */
export class TlsSocket implements StreamSocket {
	readonly #socket: Socket;
	readonly #session: native.Session;
	readonly #asked: Asked;
	#connected = false;
	#established = false;
	#unsent: Uint8Array = nothing;
	/** Deciphered, and not taken yet. */
	#arrived: Uint8Array = nothing;
	#ended = false;
	#closed = false;
	#error: Error | null = null;
	/** What went wrong since. */
	#broken: Error | null = null;
	#interest: Interest = {};
	#watch: { readonly fd: FdWatch; interest: Interest; readonly onReady: (ready: Ready) => void } | null =
		null;

	/** Throws TlsError TLS_OWN_CERTIFICATE, and closes nothing then. */
	constructor(socket: Socket, options: TlsOptions) {
		const { name, authorities = DEFAULT_AUTHORITIES, own, insecure, earlyClock, protocols = [] } = options;
		const flags = (insecure ? INSECURE : 0) | (earlyClock ? EARLY_CLOCK : 0);
		const files = insecure ? [] : filesOf(authorities);
		const session = native.open(name, files, protocols, flags, own?.certificate ?? null, own?.key ?? null);
		if (typeof session === "number")
			throw new TlsError(
				own ? "TLS_OWN_CERTIFICATE" : "TLS_FAILED",
				own
					? `the own certificate and key are no pair that can be used (mbedtls -0x${(-session).toString(16)})`
					: `TLS cannot begin (mbedtls -0x${(-session).toString(16)})`,
			);
		this.#socket = socket;
		this.#session = session;
		this.#asked = { name, authorities };
	}

	/** -1 once it is closed. */
	get fd(): number {
		return this.#socket.fd;
	}

	/** Whether the handshake is done. */
	get established(): boolean {
		return this.#established;
	}

	/** The protocol that the server chose of those offered; null: none. */
	get protocol(): string | null {
		return native.state(this.#session).protocol;
	}

	/** "1.2" or "1.3"; null before it is known. */
	get version(): "1.2" | "1.3" | null {
		const { version } = native.state(this.#session);
		return version === 0x304 ? "1.3" : version === 0x303 ? "1.2" : null;
	}

	/** The server's; null before it was shown. */
	get certificate(): PeerCertificate | null {
		return native.certificate(this.#session);
	}

	/** As that of Socket, once the handshake is done; null before. Throws SystemError, TlsError. */
	send(data: Uint8Array): number | null {
		if (!this.#established || !this.#flush()) return null;
		const taken = native.write(this.#session, data);
		if (taken < 0) throw this.#fail(taken);
		this.#flush();
		this.#renew();
		return taken;
	}

	/** As that of Socket. Throws SystemError, TlsError. */
	receive(into: Uint8Array): { bytes: number; from: null } | null {
		if (!this.#established) return null;
		if (this.#arrived.length === 0) {
			if (this.#broken !== null) throw this.#broken;
			this.#decipher();
		}
		if (this.#arrived.length === 0) return this.#ended ? { bytes: 0, from: null } : null;
		const bytes = Math.min(into.length, this.#arrived.length);
		into.set(this.#arrived.subarray(0, bytes));
		this.#arrived = this.#arrived.subarray(bytes);
		return { bytes, from: null };
	}

	/** Why the connection or the handshake failed; null: it did not. */
	error(): Error | null {
		return this.#error;
	}

	/** As that of Socket; carries on the handshake too, and so is needed for it. One at a time. */
	watch(interest: Interest, onReady: (ready: Ready) => void): FdWatch {
		this.#interest = this.#wanted(interest);
		const fd = this.#socket.watch(this.#interest, (ready) => this.#turn(ready));
		const watch = { fd, interest, onReady };
		this.#watch = watch;
		// What lies here already makes no descriptor readable.
		if (this.#established && interest.read) queueMicrotask(() => this.#deliver(true));
		return {
			set: (interest) => {
				watch.interest = interest;
				if (this.#watch === watch) this.#renew();
			},
			close: () => {
				fd.close();
				if (this.#watch === watch) this.#watch = null;
			},
		};
	}

	/** Tells the server that nothing more will be sent, where that can be told at once. Closing twice is fine. */
	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		native.end(this.#session);
		this.#sayLast();
		native.close(this.#session);
		this.#watch = null;
		this.#arrived = nothing;
		this.#socket.close();
	}

	#turn(ready: Ready): void {
		const watch = this.#watch;
		if (watch === null) return;
		if (this.#error !== null) {
			watch.onReady(FAILED);
			return;
		}
		const wasEstablished = this.#established;
		try {
			if (!wasEstablished && !this.#shakeHands()) {
				this.#renew();
				return;
			}
			this.#flush();
		} catch (error) {
			this.#error = asError(error);
			this.#sayLast();
			watch.onReady(FAILED);
			return;
		}
		this.#renew();
		this.#deliver(ready.readable || ready.error || !wasEstablished);
	}

	/** Tells of what can be done, and again as long as something is read of what came. */
	#deliver(readable: boolean): void {
		for (let first = true; ; first = false) {
			const watch = this.#watch;
			if (watch === null) return;
			const isRead = Boolean(watch.interest.read) && (readable || !first) && this.#hasNews();
			const isWritten = first && Boolean(watch.interest.write) && this.#unsent.length === 0;
			if (!isRead && !isWritten) return;
			const before = this.#arrived;
			watch.onReady({ readable: isRead, writable: isWritten, error: false });
			if (!isRead || this.#arrived === before) return;
		}
	}

	/** Bytes, the end, or an error that receive() is to throw. */
	#hasNews(): boolean {
		try {
			if (this.#arrived.length === 0 && this.#broken === null) this.#decipher();
		} catch (error) {
			this.#broken = asError(error);
		}
		return this.#arrived.length > 0 || this.#ended || this.#broken !== null;
	}

	#wanted({ read, write }: Interest): Interest {
		if (!this.#connected) return { read: false, write: true };
		if (!this.#established) return { read: true, write: this.#unsent.length > 0 };
		return { read: read ?? false, write: (write ?? false) || this.#unsent.length > 0 };
	}

	#renew(): void {
		if (this.#watch === null || this.#closed) return;
		const wanted = this.#wanted(this.#watch.interest);
		if (wanted.read === this.#interest.read && wanted.write === this.#interest.write) return;
		this.#interest = wanted;
		this.#watch.fd.set(wanted);
	}

	/** True when it is done. */
	#shakeHands(): boolean {
		if (!this.#connected) {
			const error = this.#socket.error();
			if (error !== null) throw error;
			this.#connected = true;
		}
		this.#hear();
		const result = native.handshake(this.#session);
		if (result < 0) throw this.#fail(result);
		if (!this.#flush() || result === 0) {
			if (result === 0 && this.#ended) throw this.#fail(ERR_END);
			return false;
		}
		this.#established = true;
		return true;
	}

	/** Everything the socket has, for the session; false when that was nothing. */
	#hear(): boolean {
		const received = this.#ended ? null : this.#socket.receive(buffer);
		if (received === null) return false;
		this.#ended = received.bytes === 0;
		native.put(this.#session, buffer.subarray(0, received.bytes));
		return received.bytes > 0;
	}

	#decipher(): void {
		do {
			const bytes = native.read(this.#session, buffer);
			if (bytes > 0) {
				this.#arrived = buffer.slice(0, bytes);
				return;
			}
			// Many servers just hang up, and what they said was whole or its own framing tells.
			if (bytes === ERR_CLOSE_NOTIFY || bytes === ERR_END) this.#ended = true;
			else if (bytes < 0) throw this.#fail(bytes);
		} while (this.#hear());
		// An answer to what is not data, as a change of keys.
		this.#flush();
	}

	/** True when everything is on its way. */
	#flush(): boolean {
		for (;;) {
			if (this.#unsent.length === 0) this.#unsent = native.take(this.#session) ?? nothing;
			if (this.#unsent.length === 0) return true;
			const sent = this.#socket.send(this.#unsent);
			if (sent === null) return false;
			this.#unsent = this.#unsent.subarray(sent);
		}
	}

	#fail(result: number): TlsError {
		return explainResult(this.#session, result, this.#asked);
	}

	/** An alert or a farewell: as far as it goes. */
	#sayLast(): void {
		try {
			if (this.#connected) this.#flush();
		} catch {
			// The other side is gone.
		}
	}
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error(String(error));
}

const FAILED: Ready = Object.freeze({ readable: false, writable: false, error: true });

function filesOf(path: string): string[] {
	if (!stat(path)?.isDirectory) return [path];
	return listDirectory(path).map((name) => `${path}/${name}`);
}
