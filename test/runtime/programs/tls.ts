import { readFile } from "polywan-runtime/file";
import { type Child, spawn } from "polywan-runtime/process";
import { args, env } from "polywan-runtime/program";
import { Socket } from "polywan-runtime/socket";
import { type TlsOptions, TlsSocket } from "polywan-runtime/tls";
import { amount, check, ensure, equal, pending } from "./check.ts";

const pki = env("POLYWAN_PKI") ?? "";
const name = "server.test";
const authorities = `${pki}/ca.crt`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Server {
	readonly port: number;
	stop(): Promise<void>;
}

/** openssl as the server, with one of the certificates. */
async function serve(certificate: string, ...options: string[]): Promise<Server> {
	const listening = pending<number>();
	let said = "";
	const child: Child = spawn(
		[
			...["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "100"],
			...["-cert_chain", `${pki}/${certificate}.crt`, "-cert", `${pki}/${certificate}.crt`],
			...["-key", `${pki}/${certificate}.key`, ...options],
		],
		{
			input: "pipe",
			cwd: pki,
			output: (chunk) => {
				said += decoder.decode(chunk);
				const port = /^ACCEPT .*:(\d+)$/m.exec(said)?.[1];
				if (port) listening.resolve(Number(port));
			},
		},
	);
	child.done.then(
		({ stderr }) => listening.resolve(-1) ?? stderr,
		() => listening.resolve(-1),
	);
	const port = await listening.promise;
	ensure(port > 0, `openssl s_server listens: ${said}`);
	return {
		port,
		stop: async () => {
			child.kill("SIGKILL");
			await child.done;
		},
	};
}

interface Talk {
	readonly answer: string;
	readonly version: string | null;
}

/** Says something, and gives what came back until `enough` of it is there, or the end. Rejects with the error of the socket. */
function talk(
	port: number,
	options: TlsOptions,
	said: string | Uint8Array,
	enough: (answer: string) => boolean,
): Promise<Talk> {
	const socket = Socket.open("inet", "stream");
	const tls = new TlsSocket(socket, options);
	socket.connect({ family: "inet", address: "127.0.0.1", port });
	return new Promise((resolve, reject) => {
		let rest = typeof said === "string" ? encoder.encode(said) : said;
		let answer = "";
		const into = new Uint8Array(3000);
		const watch = tls.watch({ read: true, write: true }, ({ readable, writable }) => {
			try {
				const error = tls.error();
				if (error !== null) throw error;
				for (let sent = 0; writable && rest.length > 0; rest = rest.subarray(sent)) {
					const taken = tls.send(rest);
					if (taken === null) break;
					sent = taken;
				}
				if (rest.length === 0) watch.set({ read: true });
				if (!readable) return;
				const got = tls.receive(into);
				if (got === null) return;
				answer += decoder.decode(into.subarray(0, got.bytes));
				if (got.bytes > 0 && !enough(answer)) return;
				resolve({ answer, version: tls.version });
				queueMicrotask(() => tls.close());
			} catch (error) {
				tls.close();
				reject(error);
			}
		});
	});
}

const wholeLine = (answer: string) => answer.endsWith("\n");

async function reverse(server: Server, options: Partial<TlsOptions> = {}): Promise<string | null> {
	const { answer, version } = await talk(
		server.port,
		{ name, authorities, ...options },
		"hello\n",
		wholeLine,
	);
	equal(answer, "olleh\n");
	return version;
}

/** The code and message of the error. */
async function refusal(server: Server, options: Partial<TlsOptions> = {}): Promise<string> {
	try {
		await reverse(server, options);
	} catch (error) {
		if (error instanceof Error) return `${(error as Error & { code?: string }).code}: ${error.message}`;
	}
	throw new Error("nothing was refused");
}

async function withServer(server: Promise<Server>, use: (server: Server) => Promise<void>): Promise<void> {
	const running = await server;
	try {
		await use(running);
	} finally {
		await running.stop();
	}
}

await withServer(serve("server", "-rev", "-alpn", "other,http/1.1"), async (server) => {
	await check("TLS 1.3, a certificate of RSA behind an intermediate, facts of both", async () => {
		const socket = Socket.open("inet", "stream");
		const tls = new TlsSocket(socket, { name, authorities, protocols: ["h2", "http/1.1"] });
		socket.connect({ family: "inet", address: "127.0.0.1", port: server.port });
		const done = pending();
		tls.watch({ write: true }, () => done.resolve());
		await done.promise;
		equal([tls.error(), tls.established, tls.version, tls.protocol], [null, true, "1.3", "http/1.1"]);
		const shown = tls.certificate;
		equal([shown?.subject, shown?.issuer], [`CN=${name}`, "CN=polywan test intermediate"]);
		equal(shown?.names.slice(0, 3), [name, "*.wild.test", Uint8Array.of(127, 0, 0, 1)]);
		ensure((shown?.validFromMs ?? 0) <= Date.now() && (shown?.validToMs ?? 0) > Date.now(), "valid today");
		tls.close();
		tls.close();
	});
	await check("names: with a star, and addresses", async () => {
		await reverse(server, { name: "a.wild.test" });
		await reverse(server, { name: "127.0.0.1" });
		equal(
			await refusal(server, { name: "other.test" }),
			"TLS_WRONG_NAME: the certificate is not for other.test but for server.test and 3 more",
		);
		equal((await refusal(server, { name: "127.0.0.2" })).slice(0, 15), "TLS_WRONG_NAME:");
	});
	await check("authorities: a file of many, a folder, none, others, and no check", async () => {
		await reverse(server, { authorities: `${pki}/bundle.crt` });
		await reverse(server, { authorities: `${pki}/trust` });
		equal(
			await refusal(server, { authorities: `${pki}/none` }),
			`TLS_NO_AUTHORITIES: ${pki}/none holds no certificates of authorities to check the server's by (package ca-bundle)`,
		);
		equal(
			await refusal(server, { authorities: `${pki}/self.crt` }),
			"TLS_UNKNOWN_AUTHORITY: the certificate of server.test is from an unknown authority (CN=polywan test intermediate)",
		);
		await reverse(server, { authorities: `${pki}/self.crt`, name: "other.test", insecure: true });
	});
	await check("much both ways", async () => {
		const line = `${"0123456789".repeat(1000)}\n`;
		const count = amount(40, 5, args);
		const { answer } = await talk(
			server.port,
			{ name, authorities },
			line.repeat(count),
			(answer) => answer.length >= line.length * count,
		);
		equal(answer.length, line.length * count);
		equal(answer.slice(0, 10), "9876543210");
	});
	await check("a handshake leaves nothing behind", async () => {
		for (let i = 0; i < amount(20, 3, args); i++) await refusal(server, { name: "other.test" });
	});
});

await withServer(
	serve("elliptic", "-rev", "-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305", "-named_curve", "P-256"),
	async (server) => {
		await check("TLS 1.2, ECDSA, ChaCha20-Poly1305, P-256", async () => {
			equal(await reverse(server), "1.2");
		});
	},
);

await withServer(
	serve("elliptic", "-rev", "-tls1_3", "-groups", "P-384", "-Verify", "1", "-CAfile", authorities),
	async (server) => {
		const own = (of: string) => ({
			certificate: readFile(`${pki}/${of}.crt`),
			key: readFile(`${pki}/${of}.key`),
		});
		await check("a group that was not guessed, and certificates of clients", async () => {
			await reverse(server, { own: own("client") });
			await reverse(server, { own: own("client-rsa") });
			equal(
				await refusal(server),
				"TLS_REFUSED: the server refuses: it wants a certificate of ours (certificate_required)",
			);
		});
		await check("a key that is another certificate's", async () => {
			const mixed = { ...own("client"), key: readFile(`${pki}/server.key`) };
			equal((await refusal(server, { own: mixed })).slice(0, 20), "TLS_OWN_CERTIFICATE:");
			const none = { ...own("client"), key: encoder.encode("no key") };
			equal((await refusal(server, { own: none })).slice(0, 20), "TLS_OWN_CERTIFICATE:");
		});
	},
);

await withServer(serve("expired", "-rev"), async (server) => {
	await check("a certificate that has expired", async () => {
		equal(await refusal(server), "TLS_EXPIRED: the certificate of server.test has expired (2021-01-01)");
		equal((await refusal(server, { earlyClock: true })).slice(0, 12), "TLS_EXPIRED:");
	});
});

await withServer(serve("future", "-rev"), async (server) => {
	await check("a certificate that is not valid yet", async () => {
		equal(
			await refusal(server),
			"TLS_NOT_YET_VALID: the certificate of server.test is not valid yet (from 2045-01-01): is the clock right?",
		);
		await reverse(server, { earlyClock: true });
		equal((await refusal(server, { earlyClock: true, name: "other.test" })).slice(0, 15), "TLS_WRONG_NAME:");
	});
});

await withServer(serve("self", "-rev"), async (server) => {
	await check("a server that vouches for itself", async () => {
		await reverse(server, { authorities: `${pki}/self.crt` });
		equal((await refusal(server)).slice(0, 22), "TLS_UNKNOWN_AUTHORITY:");
	});
});

/** A server that answers the greeting with these bytes, and then hangs up. */
function answerWith(bytes: Uint8Array): Server {
	const server = Socket.open("inet", "stream");
	server.bind({ family: "inet", address: "127.0.0.1", port: 0 });
	server.listen();
	server.watch({ read: true }, () => {
		const accepted = server.accept();
		accepted?.socket.watch({ read: true }, () => {
			accepted.socket.receive(new Uint8Array(2000));
			if (bytes.length > 0) accepted.socket.send(bytes);
			accepted.socket.close();
		});
	});
	const local = server.localAddress();
	return { port: local.family === "inet" ? local.port : 0, stop: async () => server.close() };
}

await check("what is not TLS, and who hangs up", async () => {
	const texts: [string, string][] = [
		["HTTP/1.1 400 Bad Request\r\n\r\n", "TLS_PROTOCOL"],
		["", "TLS_CLOSED"],
		["\x16\x03\x03", "TLS_CLOSED"],
		["\x15\x03\x03\x00\x02\x02\x46", "TLS_REFUSED"],
		["\x16\x03\x03\x00\x04\x02\x00\x00\x00", "TLS_PROTOCOL"],
	];
	for (const [text, code] of texts)
		await withServer(
			Promise.resolve(answerWith(Uint8Array.from(text, (c) => c.charCodeAt(0)))),
			async (server) => equal((await refusal(server)).split(":")[0], code),
		);
});

await check("a connection that is refused", async () => {
	equal((await refusal({ port: 1, stop: async () => {} })).split(":")[0], "ECONNREFUSED");
});
