import { buildDnsQuery, parseDnsAnswer, responseCodes } from "./dns-message.ts";
import { readText } from "./file.ts";
import { interfaceIndex } from "./interface.ts";
import { type Address, Socket } from "./socket.ts";

export interface ResolveOptions {
	/** Addresses of name servers, all asked at once; default: those of /etc/resolv.conf, else 127.0.0.1. */
	readonly servers?: readonly string[];
	/** Their port; default 53. */
	readonly port?: number;
	/** Ask through this network device (SO_BINDTODEVICE)… */
	readonly device?: string;
	/** … and with this mark (SO_MARK). */
	readonly mark?: number;
	/** For all of it; default 5000. A question without answer is asked again in between. */
	readonly timeoutMs?: number;
}

/** A name that could not be resolved. */
export class ResolveError extends Error {
	override readonly name = "ResolveError";
	/** ENOTFOUND: there is no such name. ETIMEDOUT: nobody answered. ESERVFAIL: the servers could not or would not tell. */
	readonly code: "ENOTFOUND" | "ETIMEDOUT" | "ESERVFAIL";

	constructor(code: ResolveError["code"], message: string) {
		super(message);
		this.code = code;
	}
}

const dnsPort = 53;
const maxServers = 3;
const retryMs = 1000;

/** Addresses of a name, and how long they hold. */
export interface Resolved {
	readonly addresses: string[];
	/** Null where no name server said. */
	readonly ttlSeconds: number | null;
}

/**
 * The addresses of a name: of an address itself, from /etc/hosts, or from DNS over UDP. None is an empty list.
 * Rejects with ResolveError, SystemError (a device that is not there), RangeError (no name for DNS).
 */
export async function resolveName(
	name: string,
	family: "inet" | "inet6",
	options: ResolveOptions = {},
): Promise<string[]> {
	return (await resolveWithTtl(name, family, options)).addresses;
}

/** As resolveName, with the time after which to ask again. */
export async function resolveWithTtl(
	name: string,
	family: "inet" | "inet6",
	options: ResolveOptions = {},
): Promise<Resolved> {
	if (addressFamily(name))
		return { addresses: addressFamily(name) === family ? [name] : [], ttlSeconds: null };
	const known = addressesOfHosts(readOptional("/etc/hosts"), name).filter(
		(it) => addressFamily(it) === family,
	);
	if (known.length > 0) return { addresses: known, ttlSeconds: null };
	const servers = options.servers ?? parseNameServers(readOptional("/etc/resolv.conf"));
	const query = buildDnsQuery(randomId(), name, family);
	return new Question(name, family, query, options).ask(servers.length > 0 ? servers : ["127.0.0.1"]);
}

/** The family of an address in text, null for a name. */
export function addressFamily(text: string): "inet" | "inet6" | null {
	if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return "inet";
	return text.includes(":") ? "inet6" : null;
}

/** hosts(5): the addresses that carry the name, in their order. */
function addressesOfHosts(text: string, name: string): string[] {
	const wanted = name.toLowerCase().replace(/\.$/, "");
	return text.split("\n").flatMap((line) => {
		const [address = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
		return names.includes(wanted) ? [address] : [];
	});
}

/** resolv.conf(5): the first three name servers. */
function parseNameServers(text: string): string[] {
	return [...text.matchAll(/^[ \t]*nameserver[ \t]+(\S+)/gm)]
		.map(([, server = ""]) => server)
		.slice(0, maxServers);
}

function readOptional(path: string): string {
	try {
		return readText(path);
	} catch {
		return "";
	}
}

/** From the kernel: an id that can be guessed lets others answer. */
function randomId(): number {
	const random = readOptional("/proc/sys/kernel/random/uuid").slice(0, 4);
	return random === "" ? Math.floor(Math.random() * 65536) : Number.parseInt(random, 16);
}

function serverAddress(server: string, port: number): Address {
	const [address = "", scope] = server.split("%");
	if (addressFamily(address) === "inet") return { family: "inet", address, port };
	const scopeId = scope === undefined ? 0 : /^\d+$/.test(scope) ? Number(scope) : interfaceIndex(scope);
	return { family: "inet6", address, port, scopeId };
}

/** One query, at several servers until the first answer that tells something. */
class Question {
	readonly #name: string;
	readonly #family: "inet" | "inet6";
	readonly #query: Uint8Array;
	readonly #options: ResolveOptions;
	readonly #sockets = new Set<Socket>();
	readonly #buffer = new Uint8Array(4096);
	#timers: number[] = [];
	#resolve: (resolved: Resolved) => void = () => {};
	#reject: (error: Error) => void = () => {};

	constructor(name: string, family: "inet" | "inet6", query: Uint8Array, options: ResolveOptions) {
		this.#name = name;
		this.#family = family;
		this.#query = query;
		this.#options = options;
	}

	async ask(servers: readonly string[]): Promise<Resolved> {
		try {
			return await new Promise((resolve, reject) => {
				this.#resolve = resolve;
				this.#reject = reject;
				for (const server of servers) this.#open(server);
				this.#startTimers();
				this.#send();
			});
		} finally {
			for (const timer of this.#timers) clearInterval(timer);
			for (const socket of this.#sockets) socket.close();
		}
	}

	#open(server: string): void {
		const address = serverAddress(server, this.#options.port ?? dnsPort);
		const socket = Socket.open(address.family, "dgram");
		this.#sockets.add(socket);
		if (this.#options.device !== undefined) socket.setOption("bindToDevice", this.#options.device);
		if (this.#options.mark !== undefined) socket.setOption("mark", this.#options.mark);
		socket.watch({ read: true }, () => this.#attempt(socket, () => this.#receive(socket)));
		this.#attempt(socket, () => socket.connect(address));
	}

	#startTimers(): void {
		const timeoutMs = this.#options.timeoutMs ?? 5000;
		const late = `no name server answered for ${this.#name} within ${timeoutMs} ms`;
		this.#timers = [
			setInterval(() => this.#send(), Math.max(50, Math.min(retryMs, timeoutMs / 3))),
			setTimeout(() => this.#reject(new ResolveError("ETIMEDOUT", late)), timeoutMs),
		];
	}

	#send(): void {
		for (const socket of [...this.#sockets]) this.#attempt(socket, () => socket.send(this.#query));
	}

	/** A server that cannot be reached is left out; the last one that is ends the question. */
	#attempt(socket: Socket, action: () => void): void {
		try {
			action();
		} catch (error) {
			this.#leaveOut(socket, error instanceof Error ? error.message : String(error));
		}
	}

	#leaveOut(socket: Socket, reason: string): void {
		socket.close();
		this.#sockets.delete(socket);
		if (this.#sockets.size > 0) return;
		this.#reject(new ResolveError("ESERVFAIL", `no name server could tell about ${this.#name}: ${reason}`));
	}

	#receive(socket: Socket): void {
		const received = socket.receive(this.#buffer);
		if (!received) return;
		const answer = parseDnsAnswer(this.#query, this.#buffer.subarray(0, received.bytes), this.#family);
		if (!answer) return;
		if (answer.responseCode === responseCodes.ok)
			this.#resolve({ addresses: [...answer.addresses], ttlSeconds: answer.ttlSeconds });
		else if (answer.responseCode === responseCodes.nameError)
			this.#reject(new ResolveError("ENOTFOUND", `there is no name ${this.#name}`));
		else this.#leaveOut(socket, `response code ${answer.responseCode}`);
	}
}
