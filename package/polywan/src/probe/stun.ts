import { parseAddress } from "polywan-core/address";
import {
	buildBindingRequest,
	type Change,
	type Endpoint,
	parseBindingAnswer,
	parseStunServer,
	type StunAnswer,
	TRANSACTION_BYTES,
} from "polywan-core/stun/message";
import { judgeNat, type Nat } from "polywan-core/stun/nat";
import { Socket } from "polywan-runtime/socket";
import { HostLookup } from "./host-lookup.ts";
import { addressOf, bindToUplink, type ProberOptions } from "./prober.ts";

/** RFC 8489, 6.2.1: 500 ms, doubled each time; fewer attempts, as somebody waits. */
const FIRST_RETRY_MS = 500;
const ATTEMPTS = 4;
const SAME: Change = { address: false, port: false };

export interface PublicAddress extends Nat {
	readonly address: string;
	readonly port: number;
	readonly server: string;
}

interface Server extends Endpoint {
	readonly name: string;
}

/** Asks STUN servers through one uplink: how it is seen outside, and what translates on the way. Rejects with Error when none answers. */
export async function findPublicAddress(
	options: ProberOptions,
	servers: readonly string[],
): Promise<PublicAddress> {
	const client = new StunClient(options);
	try {
		return await ask(client, options, servers);
	} finally {
		client.close();
	}
}

async function ask(
	client: StunClient,
	options: ProberOptions,
	texts: readonly string[],
): Promise<PublicAddress> {
	const found: { readonly server: Server; readonly mapped: Endpoint; readonly other: Endpoint | null }[] = [];
	const reasons: string[] = [];
	for (const text of texts) {
		try {
			const server = await client.resolve(text);
			const answer = await client.ask(server, SAME);
			if (answer?.kind === "success") found.push({ server, ...answer });
			else
				reasons.push(`${text}: ${answer === null ? "no answer" : `error ${answer.code} ${answer.reason}`}`);
		} catch (error) {
			reasons.push(`${text}: ${error instanceof Error ? error.message : String(error)}`);
		}
		// One that can tell all about NAT, or two to compare.
		if (found.some(({ other }) => other !== null) || found.length === 2) break;
	}
	const best = found.find(({ other }) => other !== null) ?? found[0];
	if (best === undefined) throw new Error(`no STUN server answers: ${reasons.join("; ")}`);
	const { server, mapped, other } = best;
	const second = found.find((entry) => entry !== best);
	const elsewhere = other === null ? null : { address: other.address, port: server.port };
	const mappedOf = async (to: Endpoint | null) => {
		const answer = to === null ? null : await client.ask(to, SAME);
		return answer?.kind === "success" ? answer.mapped : null;
	};
	const mappedByAddress = other === null ? (second?.mapped ?? null) : await mappedOf(elsewhere);
	const heard = async (change: Change) =>
		other === null ? null : (await client.ask(server, change, 2)) !== null;
	const nat = judgeNat({
		local: client.local ?? options.addresses[0] ?? "",
		mapped,
		mappedByAddress,
		mappedByPort: await mappedOf(other),
		heardFromAddress: await heard({ address: true, port: true }),
		heardFromPort: await heard({ address: false, port: true }),
	});
	return { ...nat, ...mapped, server: server.name };
}

/** One socket for all questions, as what translates on the way looks at the port, too. */
class StunClient {
	readonly #options: ProberOptions;
	readonly #socket: Socket;
	readonly #hosts: HostLookup;
	readonly #buffer = new Uint8Array(2048);
	readonly #waiting = new Map<Uint8Array, (answer: StunAnswer) => void>();

	constructor(options: ProberOptions) {
		this.#options = options;
		this.#hosts = new HostLookup(options);
		this.#socket = Socket.open(options.family === 4 ? "inet" : "inet6", "dgram");
		try {
			bindToUplink(this.#socket, options);
			const [own] = options.addresses;
			if (own !== undefined) this.#socket.bind(addressOf(options.family, own, 0, options.ifindex));
			this.#socket.watch({ read: true }, () => this.#receive());
		} catch (error) {
			this.#socket.close();
			throw error;
		}
	}

	/** Its own address; null: the kernel's choice. */
	get local(): string | null {
		const address = this.#socket.localAddress();
		return address.family === "inet" || address.family === "inet6" ? address.address : null;
	}

	/** Rejects with Error. */
	async resolve(text: string): Promise<Server> {
		const server = parseStunServer(text);
		if (server === null) throw new Error("no address or name of a server");
		const literal = parseAddress(server.host);
		if (literal !== null && literal.family !== this.#options.family)
			throw new Error(`an IPv${literal.family} address cannot be asked over IPv${this.#options.family}`);
		const address = await new Promise<string>((resolve, reject) =>
			this.#hosts.find(server.host, resolve, (reason) => reject(new Error(reason))),
		);
		return { name: text, address, port: server.port };
	}

	/** Null: nothing came. Rejects with SystemError when it cannot be asked. */
	async ask(to: Endpoint, change: Change, attempts = ATTEMPTS): Promise<StunAnswer | null> {
		const { family, ifindex } = this.#options;
		const transaction = Uint8Array.from({ length: TRANSACTION_BYTES }, () => Math.floor(Math.random() * 256));
		const request = buildBindingRequest(transaction, change);
		for (let attempt = 0; attempt < attempts; attempt++) {
			this.#socket.send(request, addressOf(family, to.address, to.port, ifindex));
			const answer = await this.#wait(transaction, FIRST_RETRY_MS * 2 ** attempt);
			if (answer !== null) return answer;
		}
		return null;
	}

	close(): void {
		this.#waiting.clear();
		this.#hosts.close();
		this.#socket.close();
	}

	#wait(transaction: Uint8Array, timeoutMs: number): Promise<StunAnswer | null> {
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				this.#waiting.delete(transaction);
				resolve(null);
			}, timeoutMs);
			this.#waiting.set(transaction, (answer) => {
				clearTimeout(timer);
				this.#waiting.delete(transaction);
				resolve(answer);
			});
		});
	}

	#receive(): void {
		try {
			for (;;) {
				const received = this.#socket.receive(this.#buffer);
				if (received === null) return;
				const bytes = this.#buffer.subarray(0, received.bytes);
				for (const [transaction, take] of [...this.#waiting]) {
					const answer = parseBindingAnswer(transaction, bytes);
					if (answer !== null) take(answer);
				}
			}
		} catch {
			// An ICMP error about one question; whoever waits for it is told by time.
		}
	}
}
