import { buildQuery, type DnsReply, type DnsType, parseReply } from "polywan-core/health/probe-dns";
import { monotonicUs } from "polywan-runtime/clock";
import { Socket } from "polywan-runtime/socket";
import { addressOf, bindToUplink, describeProbeError, type ProberOptions } from "./prober.ts";
import { TcpExchange } from "./tcp-exchange.ts";

const PORT = 53;
const PATIENCE_MS = 3000;
const RETRY_MS = 1000;
const RECEIVE_BYTES = 4096;

export interface DnsOutcome {
	/** Null where there was none. */
	readonly reply: DnsReply | null;
	/** Why there was none; null where there was. */
	readonly trouble: string | null;
	readonly rttMs: number;
}

/** Asks one name server one question by an uplink, over TCP when the answer does not fit. Never rejects. */
export async function askDns(
	options: ProberOptions,
	server: string,
	name: string,
	type: DnsType,
): Promise<DnsOutcome> {
	const query = buildQuery(Math.floor(Math.random() * 65_536), name, type);
	const startUs = monotonicUs();
	const settle = (answer: DnsReply | string | null): DnsOutcome => ({
		reply: typeof answer === "string" ? null : answer,
		trouble: typeof answer === "string" ? answer : answer === null ? "no answer" : null,
		rttMs: (monotonicUs() - startUs) / 1000,
	});
	try {
		const answer = await askOverUdp(options, server, query);
		const isCut = answer !== null && typeof answer !== "string" && answer.truncated;
		return settle(isCut ? await askOverTcp(options, server, query) : answer);
	} catch (error) {
		return settle(describeProbeError(error));
	}
}

/** A text is why there is no answer; null: none came in time. Throws SystemError. */
function askOverUdp(
	options: ProberOptions,
	server: string,
	query: Uint8Array,
): Promise<DnsReply | string | null> {
	const { family, ifindex } = options;
	const buffer = new Uint8Array(RECEIVE_BYTES);
	const socket = Socket.open(family === 4 ? "inet" : "inet6", "dgram");
	return new Promise<DnsReply | string | null>((resolve) => {
		bindToUplink(socket, options);
		socket.connect(addressOf(family, server, PORT, ifindex));
		const again = setInterval(() => socket.fd >= 0 && socket.send(query), RETRY_MS);
		const end = (answer: DnsReply | string | null) => {
			clearInterval(again);
			clearTimeout(deadline);
			resolve(answer);
		};
		const deadline = setTimeout(() => end(null), PATIENCE_MS);
		socket.watch({ read: true }, () => {
			try {
				const received = socket.receive(buffer);
				const reply = received === null ? null : parseReply(query, buffer.subarray(0, received.bytes));
				if (reply !== null) end(reply);
			} catch (error) {
				end(describeProbeError(error));
			}
		});
		socket.send(query);
	}).finally(() => socket.close());
}

function askOverTcp(
	options: ProberOptions,
	server: string,
	query: Uint8Array,
): Promise<DnsReply | string | null> {
	const message = new Uint8Array(query.length + 2);
	new DataView(message.buffer).setUint16(0, query.length);
	message.set(query, 2);
	return new Promise((resolve) => {
		const held: number[] = [];
		const end = (answer: DnsReply | string | null) => {
			clearTimeout(deadline);
			exchange.close();
			resolve(answer);
		};
		const deadline = setTimeout(() => end(null), PATIENCE_MS);
		const exchange = new TcpExchange(
			addressOf(options.family, server, PORT, options.ifindex),
			options,
			message,
			{
				onConnected: () => {},
				onData: (bytes) => {
					held.push(...bytes);
					const size = ((held[0] ?? 0) << 8) | (held[1] ?? 0);
					if (held.length < 2 || held.length < 2 + size) return;
					end(parseReply(query, Uint8Array.from(held.slice(2, 2 + size))) ?? "the answer is damaged");
				},
				onEnd: (reason) => end(reason ?? "closed without an answer"),
			},
		);
	});
}
