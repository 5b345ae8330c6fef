// What a server may send to the TLS client of the runtime: what a real one said, mutated. Arguments: iterations, seed.
// Ends with "ok"; a result that cannot be ends it with the input, a crash is the sanitizers' to tell.
import { certificate, close, end, handshake, open, put, read, state, take, write } from "polywan:tls";
import { readFile, removeFile, writeFile } from "polywan-runtime/file";
import { spawn } from "polywan-runtime/process";
import { args, env, pid, writeStdout } from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";
import { mutate } from "../../fuzz/message.ts";
import { type Random, seededRandom } from "../../fuzz/random.ts";

const pki = env("POLYWAN_PKI") ?? "";
const iterations = Number(args[0] ?? 100);
const seed = Number(args[1] ?? 1);
const scratch = `/tmp/polywan-tls-fuzz-${pid()}`;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
const into = new Uint8Array(2000);

function openSession(trust: readonly string[], insecure: boolean) {
	const session = open("server.test", trust, ["h2", "http/1.1"], insecure ? 1 : 2, null, null);
	if (typeof session === "number") throw new Error(`no session: ${session}`);
	return session;
}

/** The first things a server says to a client's greeting. */
async function record(certificateName: string, ...options: string[]): Promise<Uint8Array> {
	let said = "";
	let listening: (port: number) => void = () => {};
	const port = new Promise<number>((resolve) => {
		listening = resolve;
	});
	const files = ["-cert", `${pki}/${certificateName}.crt`, "-cert_chain", `${pki}/${certificateName}.crt`];
	const key = ["-key", `${pki}/${certificateName}.key`];
	const server = spawn(["openssl", "s_server", "-accept", "127.0.0.1:0", ...files, ...key, ...options], {
		input: "pipe",
		output: (chunk) => {
			said += decoder.decode(chunk);
			const found = /^ACCEPT .*:(\d+)$/m.exec(said)?.[1];
			if (found) listening(Number(found));
		},
	});
	const socket = Socket.open("inet", "stream");
	socket.connect({ family: "inet", address: "127.0.0.1", port: await port });
	const session = openSession([], true);
	handshake(session);
	const greeting = take(session) ?? new Uint8Array(0);
	const flight = await new Promise<Uint8Array>((resolve) => {
		let heard: number[] = [];
		let isSent = false;
		let silence = 0;
		const watch = socket.watch({ write: true }, () => {
			if (!isSent) socket.send(greeting);
			isSent = true;
			watch.set({ read: true });
			const got = socket.receive(into);
			if (got === null) return;
			heard = [...heard, ...into.subarray(0, got.bytes)];
			if (got.bytes === 0) resolve(Uint8Array.from(heard));
			// It comes at once or nearly so: what is missing after that is not needed.
			clearTimeout(silence);
			silence = setTimeout(() => resolve(Uint8Array.from(heard)), 100);
		});
	});
	close(session);
	socket.close();
	server.kill("SIGKILL");
	await server.done;
	return flight;
}

/** Gives it to a client in pieces, and asks for everything that can be asked. */
function feed(random: Random, bytes: Uint8Array, trust: readonly string[]): void {
	const session = openSession(trust, random.oneIn(2));
	let result = handshake(session);
	for (let at = 0; at < bytes.length && result === 0; ) {
		const size = random.oneIn(2) ? bytes.length : 1 + random.below(600);
		if (put(session, bytes.subarray(at, at + size)) < 0) break;
		at += size;
		result = handshake(session);
		take(session);
	}
	if (result === 1) throw new Error("a handshake with nobody came to its end");
	for (const number of [read(session, into), write(session, into)])
		if (!(number <= 0)) throw new Error(`nothing can be read or written: ${number}`);
	const { verified, alert, version } = state(session);
	if (!(verified >= 0 && alert >= -1 && version >= 0)) throw new Error("no such state");
	const shown = certificate(session);
	if (shown !== null && typeof shown.subject !== "string") throw new Error("no such certificate");
	end(session);
	take(session);
	if (!random.oneIn(3)) close(session);
}

/** A record of the same or another kind around what is left of it: lengths that fit lead further in. */
function reframe(random: Random, bytes: Uint8Array): Uint8Array {
	const framed: number[] = [];
	for (let at = 0; at < bytes.length; ) {
		const length = Math.min(bytes.length - at, 1 + random.below(16_000));
		framed.push(random.pick([22, 22, 22, 22, 20, 21, 23]), 3, 3, length >> 8, length & 255);
		framed.push(...bytes.subarray(at, at + length));
		at += length;
	}
	return Uint8Array.from(framed);
}

/** What is in the records of a flight. */
function payload(flight: Uint8Array): Uint8Array {
	const inner: number[] = [];
	for (let at = 0; at + 5 <= flight.length; ) {
		const length = ((flight[at + 3] ?? 0) << 8) | (flight[at + 4] ?? 0);
		inner.push(...flight.subarray(at + 5, at + 5 + length));
		at += 5 + length;
	}
	return Uint8Array.from(inner);
}

const flights = [
	await record("server", "-tls1_2"),
	await record("elliptic", "-tls1_2", "-named_curve", "P-384"),
	await record("elliptic", "-tls1_3"),
	await record("elliptic", "-tls1_3", "-groups", "P-384"),
];
const authorities = readFile(`${pki}/ca.crt`);
const own = { certificate: readFile(`${pki}/client.crt`), key: readFile(`${pki}/client.key`) };
const random = seededRandom(seed);
for (let iteration = 0; iteration < iterations; iteration++) {
	const flight = random.pick(flights);
	const times = random.below(6);
	const bytes = random.oneIn(2)
		? mutate(random, flight, times)
		: reframe(random, mutate(random, payload(flight), times));
	try {
		const isTrustMutated = random.oneIn(10);
		if (isTrustMutated) writeFile(scratch, mutate(random, authorities, 1 + random.below(5)));
		feed(random, bytes, [isTrustMutated ? scratch : `${pki}/ca.crt`]);
		if (random.oneIn(10)) {
			const mutated = mutate(random, random.pick([own.certificate, encoder.encode("")]), random.below(4));
			const session = open("a", [], [], 0, mutated, mutate(random, own.key, random.below(4)));
			if (typeof session !== "number") close(session);
		}
	} catch (error) {
		writeStdout(`seed ${seed}, iteration ${iteration}: ${[...bytes].join(",")}\n`);
		throw error;
	}
}
removeFile(scratch);
writeStdout("ok\n");
