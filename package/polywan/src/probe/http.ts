import { buildHttpRequest, judgeHttpResponse, parseHttpResponse } from "polywan-core/health/probe-http";
import { type HttpTarget, type ProbeTarget, parseProbeTarget } from "polywan-core/health/probe-target";
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
	readonly followed: number;
}

/** Asks for pages, and tells what a captive portal gives from what the target would. */
export class HttpProber implements Prober {
	readonly #options: ProberOptions;
	readonly #exchanges = new Exchanges<TcpExchange>();
	readonly #hosts: HostLookup;

	constructor(options: ProberOptions) {
		this.#options = options;
		this.#hosts = new HostLookup(options);
	}

	send(target: ProbeTarget, text: string, sequence: number): void {
		if (target.method !== "http") return;
		const { host, port, path } = target;
		this.#ask({ target, text, sequence, startUs: monotonicUs(), host, port, path, followed: 0 });
	}

	close(): void {
		this.#exchanges.close();
		this.#hosts.close();
	}

	#ask(errand: Errand): void {
		this.#hosts.find(
			errand.host,
			(address) => this.#connect(errand, address),
			(reason) => this.#fail(errand, reason),
		);
	}

	#connect(errand: Errand, address: string): void {
		const { family, ifindex } = this.#options;
		const { host, port, path } = errand;
		const request = utf8Of(buildHttpRequest(host, port, path, `polywan/${VERSION}`));
		let text = "";
		const take = (ended: boolean, reason: string | null) => {
			const response = parseHttpResponse(text, ended);
			if (response === null || (response !== "broken" && !response.complete)) return;
			this.#exchanges.end(exchange);
			if (response !== "broken") this.#judge(errand, response);
			else
				this.#fail(errand, reason ?? (text === "" ? "closed without an answer" : "the answer is not HTTP"));
		};
		const exchange = new TcpExchange(addressOf(family, address, port, ifindex), this.#options, request, {
			onConnected: () => {},
			onData: (bytes) => {
				text += latin1Of(bytes);
				take(false, null);
			},
			onEnd: (reason) => take(true, reason),
		});
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
					`http://${hostText(errand.host)}:${errand.port}${absolutePath(errand.path, location)}`,
				);
		if (next?.method !== "http") {
			// Elsewhere than HTTP it cannot be followed: what it means is decided as if it were not to be.
			this.#judge({ ...errand, followed: errand.target.redirects }, response);
			return;
		}
		const { host, port, path } = next;
		try {
			this.#ask({ ...errand, host, port, path, followed: errand.followed + 1 });
		} catch (error) {
			this.#fail(errand, describeProbeError(error));
		}
	}

	#fail({ text, sequence, host }: Errand, reason: string): void {
		this.#hosts.forget(host);
		this.#options.onFailure(text, sequence, reason);
	}
}

function hostText(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}

function absolutePath(base: string, location: string): string {
	const bare = location.replace(/#.*$/s, "");
	if (bare.startsWith("/")) return bare;
	return `${base.replace(/\?.*$/s, "").replace(/[^/]*$/, "")}${bare}`;
}
