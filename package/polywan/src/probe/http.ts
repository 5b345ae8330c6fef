import {
	buildHttpRequest,
	isSameSite,
	judgeHttpResponse,
	parseHttpResponse,
} from "polywan-core/health/probe-http";
import {
	type HttpTarget,
	isHttpTarget,
	type ProbeTarget,
	parseProbeTarget,
	type TlsDemand,
} from "polywan-core/health/probe-target";
import { monotonicUs } from "polywan-runtime/clock";
import { VERSION } from "../version.ts";
import { HostLookup } from "./host-lookup.ts";
import { addressOf, describeProbeError, type Prober, type ProberOptions } from "./prober.ts";
import { Exchanges, TcpExchange } from "./tcp-exchange.ts";
import { latin1Of, utf8Of } from "./text.ts";

/** One question and the redirects it led to. */
interface Errand {
	readonly target: HttpTarget;
	readonly text: string;
	readonly sequence: number;
	readonly startUs: number;
	readonly host: string;
	readonly port: number;
	readonly path: string;
	readonly tls: TlsDemand | null;
	readonly followed: number;
}

/** Codes of TlsError: of who is not the one that was asked for. */
const FALSE_CERTIFICATE = /^TLS_(UNKNOWN_AUTHORITY|WRONG_NAME|EXPIRED|BAD_CERTIFICATE)$/;

/** Asks for pages, and tells what a captive portal gives from what the target would. */
export class HttpProber implements Prober {
	readonly #options: ProberOptions;
	readonly #exchanges = new Exchanges<TcpExchange>();
	readonly #hosts: HostLookup;
	/** Loaded when it is first needed. */
	#tls: typeof import("./tls.ts") | null = null;
	#closed = false;

	constructor(options: ProberOptions) {
		this.#options = options;
		this.#hosts = new HostLookup(options);
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (!isHttpTarget(target)) return;
		const { host, port, path, tls } = target;
		this.#ask({ target, text, sequence, startUs: monotonicUs(), host, port, path, tls, followed: 0 });
	}

	close(): void {
		this.#closed = true;
		this.#exchanges.close();
		this.#hosts.close();
	}

	#ask(errand: Errand): void {
		if (errand.tls === null || this.#tls !== null) this.#find(errand);
		else void this.#askLater(errand);
	}

	async #askLater(errand: Errand): Promise<void> {
		this.#tls = await import("./tls.ts");
		if (this.#closed) return;
		try {
			this.#find({ ...errand, startUs: errand.followed === 0 ? monotonicUs() : errand.startUs });
		} catch (error) {
			this.#fail(errand, describeProbeError(error));
		}
	}

	#find(errand: Errand): void {
		this.#hosts.find(
			errand.host,
			(address) => this.#connect(errand, address),
			(reason) => this.#fail(errand, reason),
		);
	}

	#connect(errand: Errand, address: string): void {
		const { family, ifindex } = this.#options;
		const { host, port, tls } = errand;
		const over = tls === null || this.#tls === null ? null : this.#tls.overTls(host, tls);
		const request = utf8Of(buildHttpRequest(errand, `polywan/${VERSION}`));
		let text = "";
		const take = (ended: boolean, reason: string | null) => {
			const response = parseHttpResponse(text, ended);
			if (response === null || (response !== "broken" && !response.complete)) return;
			this.#exchanges.end(exchange);
			if (response !== "broken") this.#judge(errand, response);
			else
				this.#fail(errand, reason ?? (text === "" ? "closed without an answer" : "the answer is not HTTP"));
		};
		const events = {
			onConnected: () => {},
			onData: (bytes: Uint8Array) => {
				text += latin1Of(bytes);
				take(false, null);
			},
			onEnd: (reason: string | null, error?: unknown) => {
				if (isFalseCertificate(error) && isElsewhere(errand)) {
					this.#exchanges.end(exchange);
					this.#tellPortal(errand, `redirected to https://${host}/, where ${reason}`);
				} else take(true, reason);
			},
		};
		const exchange: TcpExchange = new TcpExchange(
			addressOf(family, address, port, ifindex),
			this.#options,
			request,
			events,
			over,
		);
		this.#exchanges.add(exchange);
	}

	#judge(errand: Errand, response: Parameters<typeof judgeHttpResponse>[0]): void {
		const { target, text, sequence, startUs, host, followed } = errand;
		const verdict = judgeHttpResponse(response, target, host, followed);
		if (verdict.kind === "redirect") this.#follow(errand, response, verdict.location);
		else if (verdict.kind === "good") this.#options.onReply(text, sequence, monotonicUs() - startUs);
		else this.#options.onFailure(text, sequence, verdict.reason, verdict.kind === "portal");
	}

	#follow(errand: Errand, response: Parameters<typeof judgeHttpResponse>[0], location: string): void {
		const next = /^[a-z]+:/i.test(location)
			? parseProbeTarget(location.replace(/#.*$/s, ""))
			: parseProbeTarget(
					`${errand.tls === null ? "http" : "https"}://${hostText(errand.host)}:${errand.port}${absolutePath(errand.path, location)}`,
				);
		if (!isHttpTarget(next)) {
			// Elsewhere than HTTP it cannot be followed: what it means is decided as if it were not to be.
			this.#judge({ ...errand, followed: errand.target.redirects }, response);
			return;
		}
		const { host, port, path } = next;
		// What was said of the certificate is meant for all that it leads to.
		const tls = next.tls === null ? null : (errand.target.tls ?? next.tls);
		try {
			this.#ask({ ...errand, host, port, path, tls, followed: errand.followed + 1 });
		} catch (error) {
			this.#fail(errand, describeProbeError(error));
		}
	}

	#tellPortal({ text, sequence }: Errand, reason: string): void {
		this.#options.onFailure(text, sequence, reason, true);
	}

	#fail({ text, sequence, host }: Errand, reason: string): void {
		this.#hosts.forget(host);
		this.#options.onFailure(text, sequence, reason);
	}
}

function isFalseCertificate(error: unknown): boolean {
	return error instanceof Error && "code" in error && FALSE_CERTIFICATE.test(String(error.code));
}

/** Led to another site. */
function isElsewhere({ target, host, followed }: Errand): boolean {
	return followed > 0 && !isSameSite(`http://${hostText(host)}/`, target.host);
}

function hostText(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}

function absolutePath(base: string, location: string): string {
	const bare = location.replace(/#.*$/s, "");
	if (bare.startsWith("/")) return bare;
	return `${base.replace(/\?.*$/s, "").replace(/[^/]*$/, "")}${bare}`;
}
