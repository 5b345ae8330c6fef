import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	nullSession,
	RpcError,
	type RpcPlatform,
	type RpcTable,
	type SessionOptions,
	UbusSession,
} from "ubus-js/browser";
import { type UbusConnection, UbusError } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../lab/until.ts";
import { RpcBus } from "../../openwrt/uhttpd/rpc-bus.ts";
import { createHttpServer } from "../../openwrt/uhttpd/server.ts";
import { parseSettings } from "../../openwrt/uhttpd/settings.ts";
import { TestBus } from "../openwrt/bus.ts";

let bus: TestBus;
let server: Server;
let root: string;
let url: string;
let provider: UbusConnection;
let living: Set<string>;
let posts: unknown[];
let open: UbusSession<AbortSignal>[];

beforeEach(async () => {
	bus = await TestBus.start();
	living = new Set();
	posts = [];
	open = [];
	provider = bus.connect();
	publishSession();
	provider.publish("test", {
		echo: { call: ({ ubus_rpc_session: _, ...args }) => args },
		refuse: {
			call: () => {
				throw new UbusError(4);
			},
		},
		forbidden: { call: () => {} },
		never: { call: () => new Promise<void>(() => {}) },
	});
	await until("both objects are there", async () => (await provider.list()).length === 2);
	root = mkdtempSync(join(tmpdir(), "polywan-www-"));
	server = await serve(0);
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ubus`;
});
afterEach(async () => {
	for (const session of open) session.close();
	stopServing();
	rmSync(root, { recursive: true });
	await bus.close();
});

/** As rpcd answers: login and access for everybody, the rest for sessions that live. */
function publishSession(): void {
	provider.publish("session", {
		login: {
			call: ({ password, timeout }) => {
				if (password !== "right") throw new UbusError(6);
				const sid = String(living.size + 1).padStart(32, "a");
				living.add(sid);
				return { ubus_rpc_session: sid, timeout: timeout ?? 300 };
			},
		},
		access: { call: (args) => ({ access: mayCall(args) }) },
		destroy: { call: ({ ubus_rpc_session: sid }) => void living.delete(String(sid)) },
	});
}

function mayCall({ ubus_rpc_session: sid, object, function: method }: BlobTable): boolean {
	if (object === "session" && method === "login") return true;
	return living.has(String(sid)) && method !== "forbidden";
}

function serve(port: number): Promise<Server> {
	const settings = parseSettings(["-p", "127.0.0.1:0", "-h", root, "-u", "/ubus"]);
	const made = createHttpServer(settings, new RpcBus(bus.connect(), false, settings.scriptTimeoutMs));
	return new Promise((resolve) => made.listen(port, "127.0.0.1", () => resolve(made)));
}

function stopServing(): void {
	server.closeAllConnections();
	server.close();
}

const platform: RpcPlatform<AbortSignal> = {
	fetch: (address, init) => {
		posts.push(JSON.parse(init.body));
		return fetch(address, init);
	},
	abortController: () => new AbortController(),
};

function connect(options: SessionOptions = {}): UbusSession<AbortSignal> {
	const session = new UbusSession(platform, { url, ...options });
	open.push(session);
	return session;
}

async function signedIn(options: SessionOptions = {}): Promise<UbusSession<AbortSignal>> {
	const session = connect(options);
	expect(await session.login("root", "right")).toBe(true);
	posts.length = 0;
	return session;
}

describe("sessions", () => {
	test("login, call, logout", async () => {
		const session = connect();
		expect([session.signedIn, session.sid]).toEqual([false, nullSession]);
		expect(await session.login("root", "wrong")).toBe(false);
		expect(await session.login("root", "right")).toBe(true);
		expect(session.signedIn).toBe(true);
		expect(await session.call("test", "echo", { n: 1 })).toEqual({ n: 1 });
		expect(await session.access("ubus", "test", "forbidden")).toBe(false);
		expect(await session.access("ubus", "test", "echo")).toBe(true);
		await session.logout();
		expect([session.signedIn, living.size]).toEqual([false, 0]);
	});
	test("a session somebody else opened", async () => {
		const first = await signedIn();
		expect(await connect({ sid: first.sid }).call("test", "echo", { n: 2 })).toEqual({ n: 2 });
	});
	test("an ended session is told from a missing right", async () => {
		let lost = 0;
		const session = await signedIn({ onLost: () => lost++ });
		await expect(session.call("test", "forbidden")).rejects.toMatchObject({ kind: "denied", code: -32002 });
		expect(lost).toBe(0);
		living.clear();
		const calls = [session.call("test", "echo"), session.call("test", "echo")];
		for (const call of calls) await expect(call).rejects.toMatchObject({ kind: "session" });
		expect([lost, session.signedIn]).toEqual([1, false]);
		await expect(session.call("test", "echo")).rejects.toMatchObject({ kind: "session" });
		expect(lost).toBe(1);
	});
	test("a session nobody uses is renewed in time", async () => {
		const session = connect();
		await session.login("root", "right", 0.06);
		posts.length = 0;
		await until("it was renewed twice", () => posts.length >= 2);
		expect(posts[0]).toMatchObject({ params: [session.sid, "session", "access", {}] });
	});
	test("a poll that is answered keeps the session by itself", async () => {
		const session = connect();
		await session.login("root", "right", 0.6);
		posts.length = 0;
		let answers = 0;
		const poll = session.poll("test", "echo", () => ({ n: answers }), {
			holdMs: 1000,
			sinceOf: () => answers,
			onAnswer: () => answers++,
		});
		await until("it was answered for longer than a renewal takes", () => answers >= 200);
		poll.close();
		expect(posts.filter((post) => JSON.stringify(post).includes('"access"'))).toEqual([]);
	});
});

describe("calls", () => {
	test("those of one micro-task share a POST, each with its own end", async () => {
		const session = await signedIn();
		const ends = await Promise.allSettled([
			session.call("test", "echo", { n: 1 }),
			session.call("nobody", "home"),
			session.call("test", "refuse"),
			session.call("test", "echo", { n: 4 }),
		]);
		expect(posts).toHaveLength(1);
		expect(ends).toMatchObject([
			{ value: { n: 1 } },
			{ reason: { kind: "missing", code: -32000 } },
			{ reason: { kind: "status", code: 4, message: "ubus call test refuse: Not found" } },
			{ value: { n: 4 } },
		]);
		await session.call("test", "echo");
		expect(posts).toHaveLength(2);
		expect(posts[1]).not.toBeInstanceOf(Array);
	});
	test("a batch is kept below what uhttpd takes", async () => {
		const session = await signedIn();
		const text = "ä".repeat(12_000);
		const calls = [1, 2, 3, 4, 5].map((n) => session.call("test", "echo", { n, text }));
		expect(await Promise.all(calls)).toHaveLength(5);
		expect(posts.map((post) => (post as unknown[]).length)).toEqual([2, 2, undefined]);
		await expect(session.call("test", "echo", { text: "x".repeat(66_000) })).rejects.toMatchObject({
			kind: "request",
		});
	});
	test("a deadline", async () => {
		const session = await signedIn();
		await expect(session.call("test", "never", {}, { timeoutMs: 50 })).rejects.toMatchObject({
			kind: "down",
		});
	});
	test("no router", async () => {
		const session = await signedIn();
		stopServing();
		await expect(session.call("test", "echo")).rejects.toMatchObject({ kind: "down" });
	});
});

describe("what is no answer counts as down", () => {
	const answers: [string, { ok: boolean; body: string }][] = [
		["404", { ok: false, body: "{}" }],
		["a page", { ok: true, body: "<html>" }],
		["nothing", { ok: true, body: "" }],
		["another's answer", { ok: true, body: '{"jsonrpc":"2.0","id":99,"result":[0]}' }],
		["no result", { ok: true, body: '{"jsonrpc":"2.0","id":1}' }],
		["a result that is none", { ok: true, body: '{"jsonrpc":"2.0","id":1,"result":"0"}' }],
		["null", { ok: true, body: "null" }],
	];
	for (const [name, { ok, body }] of answers)
		test(name, async () => {
			const session = new UbusSession({
				fetch: () => Promise.resolve({ ok, json: async () => JSON.parse(body) }),
				abortController: () => new AbortController(),
			});
			const failure = await session.call("a", "b").catch((error) => error);
			expect(failure).toBeInstanceOf(RpcError);
			expect(failure.kind).toBe("down");
		});
});

describe("long polling", () => {
	let sequence: number;
	let waiting: Set<() => void>;
	let asked: (number | null)[];

	function publishWait(): void {
		sequence = 1;
		waiting = new Set();
		asked = [];
		provider.publish("daemon", {
			wait: {
				call: async ({ since }) => {
					asked.push(since as number | null);
					if (since === sequence) await new Promise<void>((resolve) => waiting.add(resolve));
					return { sequence };
				},
			},
		});
	}

	function change(): void {
		sequence++;
		for (const answer of waiting) answer();
		waiting.clear();
	}

	function poll(session: UbusSession<AbortSignal>, holdMs = 45_000): { seen: string[]; close(): void } {
		const seen: string[] = [];
		const { close } = session.poll("daemon", "wait", (since): RpcTable => ({ since: since ?? -1 }), {
			holdMs,
			sinceOf: (answer) => Number(answer.sequence),
			onAnswer: (answer) => seen.push(`answer ${answer.sequence}`),
			onFailure: ({ kind }) => seen.push(kind),
		});
		return { seen, close };
	}

	test("an answer for every change, one call held, other calls not held up", async () => {
		publishWait();
		const session = await signedIn();
		const { seen, close } = poll(session);
		for (let n = 1; n <= 3; n++) {
			await until("it is held", () => waiting.size === 1);
			expect(seen.at(-1)).toBe(`answer ${n}`);
			expect(await session.call("test", "echo", { n })).toEqual({ n });
			change();
		}
		await until("the last is seen", () => seen.length === 4);
		expect(seen).toEqual(["answer 1", "answer 2", "answer 3", "answer 4"]);
		expect(asked.slice(0, 3)).toEqual([-1, 1, 2]);
		close();
	});
	test("pause gives the connection up, resume takes it again", async () => {
		publishWait();
		const session = await signedIn();
		const { seen } = poll(session);
		await until("it is held", () => waiting.size === 1);
		session.pause();
		change();
		expect(await session.call("test", "echo", { n: 1 })).toEqual({ n: 1 });
		expect(seen).toEqual(["answer 1"]);
		session.resume();
		await until("the change is seen", () => seen.includes("answer 2"));
	});
	test("a router that goes and comes back", async () => {
		publishWait();
		const session = await signedIn();
		const { seen } = poll(session);
		await until("it is held", () => waiting.size === 1);
		const { port } = server.address() as AddressInfo;
		stopServing();
		await until("it is down", () => seen.includes("down"));
		server = await serve(port);
		session.resume();
		change();
		await until("the change is seen", () => seen.at(-1) === "answer 2");
	});
	test("a daemon that is not there yet", async () => {
		const session = await signedIn();
		const { seen } = poll(session);
		await until("it is missing", () => seen.includes("missing"));
		publishWait();
		await until("it is seen", () => seen.includes("answer 1"));
	});
	test("an answer that never comes ends at the deadline and is asked for again", async () => {
		publishWait();
		const session = await signedIn();
		const { seen } = poll(session, -1950);
		await until("it is held twice", () => asked.length >= 3);
		expect(seen).toContain("down");
	});
	test("an ended session stops it, a new one starts it again", async () => {
		publishWait();
		const session = await signedIn();
		const { seen } = poll(session);
		await until("it is held", () => waiting.size === 1);
		living.clear();
		change();
		await until("the session is lost", () => seen.includes("session"));
		const before = posts.length;
		await session.login("root", "right");
		change();
		await until("the change is seen", () => seen.at(-1) === "answer 3");
		expect(posts.length).toBeGreaterThan(before);
	});
});
