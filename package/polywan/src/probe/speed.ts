import { MOST_BODY_BYTES, parseHttpResponse } from "polywan-core/health/probe-http";
import type { HttpTarget } from "polywan-core/health/probe-target";
import { monotonicMs } from "polywan-runtime/clock";
import { HostLookup } from "./host-lookup.ts";
import { addressOf, type ProberOptions } from "./prober.ts";
import { TcpExchange } from "./tcp-exchange.ts";
import { latin1Of, utf8Of } from "./text.ts";

/** One connection alone is held back by its window on long lines. */
const CONNECTIONS = 4;
/** At the beginning connections are still speeding up. */
const WARM_UP_MS = 1000;
const PROGRESS_MS = 250;
/** Sent in one piece of an upload. */
const PIECE_BYTES = 64 * 1024;
const HEADER_BYTES = 4096;

export interface SpeedOptions {
	readonly direction: "download" | "upload";
	readonly target: HttpTarget;
	readonly longestMs: number;
	/** All connections together; somebody pays for it. */
	readonly mostBytes: number;
	onProgress(bitsPerSecond: number, bytes: number): void;
}

export interface Speed {
	/** Of what was carried after the first second, or of all where it took no longer. */
	readonly bitsPerSecond: number;
	readonly bytes: number;
	readonly tookMs: number;
}

/** How fast an uplink is, by HTTP. Rejects with Error when nothing comes through. */
export async function measureSpeed(prober: ProberOptions, options: SpeedOptions): Promise<Speed> {
	const hosts = new HostLookup(prober);
	const { host, tls } = options.target;
	try {
		const over = tls === null ? null : (await import("./tls.ts")).overTls(host, tls);
		const address = await new Promise<string>((resolve, reject) =>
			hosts.find(options.target.host, resolve, (reason) => reject(new Error(reason))),
		);
		return await new SpeedRun(prober, options, address, over).run();
	} finally {
		hosts.close();
	}
}

/** What is spoken over the connections; null: nothing. */
type Over = ConstructorParameters<typeof TcpExchange>[4];

class SpeedRun {
	readonly #prober: ProberOptions;
	readonly #options: SpeedOptions;
	readonly #address: string;
	readonly #over: Over;
	readonly #exchanges = new Set<TcpExchange>();
	#bytes = 0;
	#startedMs = monotonicMs();
	#warmMs: number | null = null;
	#warmBytes = 0;
	#failure: string | null = null;
	#finish: () => void = () => {};

	constructor(prober: ProberOptions, options: SpeedOptions, address: string, over: Over) {
		this.#prober = prober;
		this.#options = options;
		this.#address = address;
		this.#over = over;
	}

	async run(): Promise<Speed> {
		const done = new Promise<void>((resolve) => {
			this.#finish = resolve;
		});
		const deadline = setTimeout(() => this.#finish(), this.#options.longestMs);
		const progress = setInterval(() => this.#tell(), PROGRESS_MS);
		try {
			for (let i = 0; i < CONNECTIONS; i++) this.#open();
			await done;
		} finally {
			clearTimeout(deadline);
			clearInterval(progress);
			for (const exchange of this.#exchanges) exchange.close();
		}
		if (this.#bytes === 0) throw new Error(this.#failure ?? "nothing came through");
		const tookMs = monotonicMs() - this.#startedMs;
		return { bitsPerSecond: this.#rate(), bytes: this.#bytes, tookMs };
	}

	#open(): void {
		const { target, direction } = this.#options;
		const { family, ifindex } = this.#prober;
		let head = "";
		const isUpload = direction === "upload";
		const take = (bytes: Uint8Array) => {
			if (isUpload) {
				head = (head + latin1Of(bytes)).slice(0, HEADER_BYTES);
				this.#judge(head);
				return;
			}
			if (head.length < HEADER_BYTES) {
				head += latin1Of(bytes.subarray(0, HEADER_BYTES));
				this.#judge(head);
			}
			this.#count(bytes.length);
		};
		const exchange: TcpExchange = new TcpExchange(
			addressOf(family, this.#address, target.port, ifindex),
			this.#prober,
			utf8Of(this.#request()),
			{
				onConnected: () => {
					if (isUpload) this.#push(exchange);
				},
				onData: take,
				onEnd: (reason) => this.#ended(exchange, reason),
			},
			this.#over,
		);
		this.#exchanges.add(exchange);
	}

	/** The file was at its end, or the server had enough: again, as long as something comes. */
	#ended(exchange: TcpExchange, reason: string | null): void {
		this.#exchanges.delete(exchange);
		if (reason !== null) this.#failure = reason;
		if (reason !== null && this.#bytes === 0) {
			if (this.#exchanges.size === 0) this.#finish();
			return;
		}
		try {
			this.#open();
		} catch {
			if (this.#exchanges.size === 0) this.#finish();
		}
	}

	#push(exchange: TcpExchange): void {
		const piece = new Uint8Array(PIECE_BYTES);
		exchange.onDrained = () => {
			this.#count(piece.length);
			exchange.write(piece);
		};
		exchange.write(piece);
	}

	#request(): string {
		const { target, direction, mostBytes } = this.#options;
		const host = target.host.includes(":") ? `[${target.host}]` : target.host;
		const lines = [
			`${direction === "upload" ? "POST" : "GET"} ${target.path} HTTP/1.1`,
			`Host: ${target.port === (target.tls === null ? 80 : 443) ? host : `${host}:${target.port}`}`,
			"User-Agent: polywan-speedtest",
			"Connection: close",
		];
		if (direction === "upload")
			lines.push("Content-Type: application/octet-stream", `Content-Length: ${mostBytes}`);
		return `${lines.join("\r\n")}\r\n\r\n`;
	}

	/** A page that says no is not what was to be measured. */
	#judge(head: string): void {
		const response = parseHttpResponse(head.slice(0, MOST_BODY_BYTES), false);
		if (response === null || (response !== "broken" && response.status < 300)) return;
		this.#failure =
			response === "broken" ? "the answer is not HTTP" : `the server answers with status ${response.status}`;
		this.#bytes = 0;
		this.#finish();
	}

	#count(bytes: number): void {
		this.#bytes += bytes;
		if (this.#warmMs === null && monotonicMs() - this.#startedMs >= WARM_UP_MS) {
			this.#warmMs = monotonicMs();
			this.#warmBytes = this.#bytes;
		}
		if (this.#bytes >= this.#options.mostBytes) this.#finish();
	}

	#rate(): number {
		const nowMs = monotonicMs();
		const isWarm = this.#warmMs !== null && nowMs - this.#warmMs >= PROGRESS_MS;
		const sinceMs = isWarm ? (this.#warmMs ?? 0) : this.#startedMs;
		const bytes = isWarm ? this.#bytes - this.#warmBytes : this.#bytes;
		return Math.round((bytes * 8000) / Math.max(1, nowMs - sinceMs));
	}

	#tell(): void {
		this.#options.onProgress(this.#rate(), this.#bytes);
	}
}
