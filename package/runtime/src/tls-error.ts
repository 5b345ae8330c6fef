import { certificate, type Session, state } from "polywan:tls";

/**
 * Why there is no TLS connection. Of the server's certificate: TLS_UNKNOWN_AUTHORITY (nobody who is trusted vouches for it),
 * TLS_NO_AUTHORITIES (there is no file of those who are), TLS_WRONG_NAME, TLS_EXPIRED, TLS_NOT_YET_VALID (only where nothing else is
 * wrong: maybe the clock is), TLS_BAD_CERTIFICATE. Of the own one: TLS_OWN_CERTIFICATE. Otherwise TLS_REFUSED (the server said no),
 * TLS_CLOSED (it hung up), TLS_PROTOCOL (it speaks something else), TLS_NO_RANDOM (the system is too young for random numbers),
 * TLS_FAILED.
 */
export type TlsErrorCode =
	| "TLS_UNKNOWN_AUTHORITY"
	| "TLS_NO_AUTHORITIES"
	| "TLS_WRONG_NAME"
	| "TLS_EXPIRED"
	| "TLS_NOT_YET_VALID"
	| "TLS_BAD_CERTIFICATE"
	| "TLS_OWN_CERTIFICATE"
	| "TLS_REFUSED"
	| "TLS_CLOSED"
	| "TLS_PROTOCOL"
	| "TLS_NO_RANDOM"
	| "TLS_FAILED";

/** Of a server's certificate. */
export interface PeerCertificate {
	/** As "CN=example.net, O=Example". */
	readonly subject: string;
	readonly issuer: string;
	/** Names of hosts it is for, some with a * for the first part; addresses as their bytes. */
	readonly names: readonly (string | Uint8Array)[];
	/** Since 1970. */
	readonly validFromMs: number;
	readonly validToMs: number;
}

export class TlsError extends Error {
	override readonly name = "TlsError";
	readonly code: TlsErrorCode;
	/** The one that was shown, where that was the reason. */
	readonly certificate: PeerCertificate | null;

	constructor(code: TlsErrorCode, message: string, certificate: PeerCertificate | null = null) {
		super(message);
		this.code = code;
		this.certificate = certificate;
	}
}

/** What is asked of a session, for messages. */
export interface Asked {
	/** The name the certificate must be for. */
	readonly name: string;
	/** Where the certificates of authorities are. */
	readonly authorities: string;
}

// mbedtls/x509.h, MBEDTLS_X509_BADCERT_…
const EXPIRED = 0x01;
const WRONG_NAME = 0x04;
const NOT_TRUSTED = 0x08;
const MISSING = 0x40;
const FUTURE = 0x200;
const USAGE = 0x800 | 0x1000 | 0x2000;
const WEAK = 0x4000 | 0x8000 | 0x10000;

// mbedtls/ssl.h, x509.h, entropy.h
const ERR_VERIFY_FAILED = -0x2700;
const ERR_BAD_CERTIFICATE = -0x7a00;
const ERR_FATAL_ALERT = -0x7780;
export const ERR_CLOSE_NOTIFY = -0x7880;
export const ERR_END = -0x7280;
const ERR_NO_RANDOM = -0x003c;
/** What is no TLS, or not the TLS that is spoken here. */
const PROTOCOL_ERRORS = new Set([
	-0x7200, -0x7300, -0x7700, -0x6700, -0x6e80, -0x6e00, -0x6600, -0x7500, -0x7180, -0x7080, -0x6d00, -0x5f00,
]);

/** RFC 8446, 6.2: those that tell something. */
const ALERTS: Readonly<Record<number, string>> = {
	40: "there is no way both can do (handshake_failure)",
	42: "it does not like our certificate (bad_certificate)",
	43: "it does not like our certificate (unsupported_certificate)",
	45: "our certificate has expired",
	46: "it does not like our certificate (certificate_unknown)",
	48: "it does not know who vouches for our certificate (unknown_ca)",
	49: "access denied",
	51: "decrypt_error",
	70: "it speaks only older TLS (protocol_version)",
	71: "insufficient_security",
	80: "internal error of the server",
	112: "it does not know the name asked for (unrecognized_name)",
	116: "it wants a certificate of ours (certificate_required)",
	120: "no_application_protocol",
};

/** What a negative result of a session means. */
export function explainResult(session: Session, result: number, asked: Asked): TlsError {
	if (result === ERR_VERIFY_FAILED || result === ERR_BAD_CERTIFICATE)
		return explainCertificate(session, asked);
	if (result === ERR_FATAL_ALERT) {
		const { alert } = state(session);
		return new TlsError("TLS_REFUSED", `the server refuses: ${ALERTS[alert] ?? `alert ${alert}`}`);
	}
	if (result === ERR_END || result === ERR_CLOSE_NOTIFY)
		return new TlsError("TLS_CLOSED", "the server ended the connection during the TLS handshake");
	if (result === ERR_NO_RANDOM) return new TlsError("TLS_NO_RANDOM", "the system has no random numbers yet");
	const number = `-0x${(-result).toString(16)}`;
	// Errors of x509.h and pk.h: 0x2080 … 0x3f80, with those of ASN.1 in the lower bits.
	if (result < -0x2000 && result > -0x4000)
		return new TlsError("TLS_BAD_CERTIFICATE", `the server's certificate cannot be read (mbedtls ${number})`);
	if (PROTOCOL_ERRORS.has(result))
		return new TlsError(
			"TLS_PROTOCOL",
			`the answer is not TLS 1.2 or 1.3 as it is spoken here (mbedtls ${number})`,
		);
	return new TlsError("TLS_FAILED", `TLS failed (mbedtls ${number})`);
}

function explainCertificate(session: Session, { name, authorities }: Asked): TlsError {
	const { verified, authorities: known } = state(session);
	const shown = certificate(session);
	const fail = (code: TlsErrorCode, message: string) => new TlsError(code, message, shown);
	if (verified & MISSING) return fail("TLS_BAD_CERTIFICATE", "the server shows no certificate");
	if (verified & NOT_TRUSTED && known === 0)
		return fail(
			"TLS_NO_AUTHORITIES",
			`${authorities} holds no certificates of authorities to check the server's by (package ca-bundle)`,
		);
	if (verified & NOT_TRUSTED)
		return fail(
			"TLS_UNKNOWN_AUTHORITY",
			`the certificate of ${name} is from an unknown authority (${shown?.issuer ?? "no issuer"})`,
		);
	if (verified & WRONG_NAME)
		return fail("TLS_WRONG_NAME", `the certificate is not for ${name} but for ${renderNames(shown)}`);
	if (verified & EXPIRED)
		return fail("TLS_EXPIRED", `the certificate of ${name} has expired (${renderDay(shown?.validToMs)})`);
	if (verified & (USAGE | WEAK))
		return fail(
			"TLS_BAD_CERTIFICATE",
			`the certificate of ${name} is ${verified & WEAK ? "too weak" : "not one for servers"}`,
		);
	if (verified & FUTURE)
		return fail(
			"TLS_NOT_YET_VALID",
			`the certificate of ${name} is not valid yet (from ${renderDay(shown?.validFromMs)}): is the clock right?`,
		);
	return fail("TLS_BAD_CERTIFICATE", `the certificate of ${name} is not accepted (${verified})`);
}

function renderNames(certificate: PeerCertificate | null): string {
	const names = certificate?.names.filter((name) => typeof name === "string") ?? [];
	const [first = certificate?.subject ?? "nobody"] = names;
	return names.length > 1 ? `${first} and ${names.length - 1} more` : first;
}

/** Of a certificate made by hand a date can be any. */
function renderDay(ms: number | undefined): string {
	const date = new Date(ms ?? Number.NaN);
	return Number.isNaN(date.getTime()) ? "an impossible date" : date.toISOString().slice(0, 10);
}
