import { parseAddress } from "polywan-core/address";
import { monotonicMs } from "polywan-runtime/clock";
import { resolveName } from "polywan-runtime/resolve";
import { describeProbeError, type ProberOptions } from "./prober.ts";

/** Names are asked again after this, and after a failure. */
const KEEP_MS = 300_000;
const TIMEOUT_MS = 3000;

/** Addresses of the hosts a prober asks, by the uplink's own name servers. */
export class HostLookup {
	readonly #options: ProberOptions;
	readonly #known = new Map<
		string,
		{ readonly addresses: readonly string[]; readonly atMs: number; turn: number }
	>();
	#closed = false;

	constructor(options: ProberOptions) {
		this.#options = options;
	}

	/** Exactly one of the two is called; `failed` never from within. Throws what `found` throws for a host that is known. */
	find(host: string, found: (address: string) => void, failed: (reason: string) => void): void {
		const address = parseAddress(host) === null ? this.#recall(host) : host;
		if (address !== null) found(address);
		else void this.#ask(host, found, failed);
	}

	/** It was of no use: ask anew next time. */
	forget(host: string): void {
		this.#known.delete(host);
	}

	close(): void {
		this.#closed = true;
	}

	/** Its addresses in turn; null: not known, or too long ago. */
	#recall(host: string): string | null {
		const known = this.#known.get(host);
		if (known === undefined || monotonicMs() - known.atMs >= KEEP_MS) return null;
		return known.addresses[known.turn++ % known.addresses.length] ?? null;
	}

	async #ask(
		host: string,
		found: (address: string) => void,
		failed: (reason: string) => void,
	): Promise<void> {
		const { family, device, mark, dnsServers: servers } = this.#options;
		let reason = `the link has no IPv${family} name server to ask for ${host}`;
		try {
			if (servers.length > 0) {
				const type = family === 4 ? "inet" : "inet6";
				const addresses = await resolveName(host, type, { servers, device, mark, timeoutMs: TIMEOUT_MS });
				if (this.#closed) return;
				const [first] = addresses;
				if (first !== undefined) {
					this.#known.set(host, { addresses, atMs: monotonicMs(), turn: 1 });
					return found(first);
				}
				reason = `${host} has no IPv${family} address`;
			}
		} catch (error) {
			reason = describeProbeError(error);
		}
		if (!this.#closed) queueMicrotask(() => failed(reason));
	}
}
