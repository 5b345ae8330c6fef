import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type UbusConnection, UbusError } from "ubus-js/bus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../lab/until.ts";
import { RpcBus } from "../../openwrt/uhttpd/rpc-bus.ts";
import { createHttpServer } from "../../openwrt/uhttpd/server.ts";
import { parseSettings } from "../../openwrt/uhttpd/settings.ts";
import { TestBus } from "./bus.ts";

const sid = "5".repeat(32);
let bus: TestBus;
let server: Server;
let root: string;
let base: string;
let provider: UbusConnection;
let checks: unknown[];
let access: () => Promise<boolean> | boolean;

beforeEach(async () => {
	bus = await TestBus.start();
	checks = [];
	access = () => true;
	provider = bus.connect();
	provider.publish("session", {
		access: {
			call: async (args) => {
				checks.push(args);
				return { access: args.ubus_rpc_session === sid && (await access()) };
			},
		},
	});
	provider.publish("test", {
		echo: {
			args: { text: "string", n: "int32", on: "bool", list: "array", table: "table", n64: "int64" },
			call: (args) => args,
		},
		nothing: { call: () => {} },
		empty: { call: () => ({}) },
		never: { call: () => new Promise<void>(() => {}) },
		refuse: {
			call: () => {
				throw new UbusError(6);
			},
		},
	});
	await until("both objects are there", async () => (await provider.list()).length === 2);
	root = mkdtempSync(join(tmpdir(), "polywan-www-"));
	const settings = parseSettings(["-p", "127.0.0.1:0", "-h", root, "-u", "/ubus", "-t", "1"]);
	server = createHttpServer(settings, new RpcBus(bus.connect(), false, settings.scriptTimeoutMs));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
	server.closeAllConnections();
	server.close();
	rmSync(root, { recursive: true });
	await bus.close();
});

async function post(body: unknown, path = "/ubus", headers: Record<string, string> = {}): Promise<unknown> {
	const text = typeof body === "string" ? body : JSON.stringify(body);
	const response = await fetch(base + path, { method: "POST", body: text, headers });
	expect(response.status).toBe(200);
	expect(response.headers.get("content-type")).toBe("application/json");
	return response.json();
}

function call(method: string, args: unknown = {}, id: unknown = 1, session = sid, object = "test"): unknown {
	return { jsonrpc: "2.0", id, method: "call", params: [session, object, method, args] };
}

describe("POST /ubus", () => {
	test("a call gets its status and its answer, with the session added", async () => {
		expect(await post(call("echo", { text: "ä", list: [1, { x: null }] }))).toEqual({
			jsonrpc: "2.0",
			id: 1,
			result: [0, { text: "ä", list: [1, { x: null }], ubus_rpc_session: sid }],
		});
		expect(checks).toEqual([{ ubus_rpc_session: sid, object: "test", function: "echo" }]);
	});
	test("answers without content are a status alone", async () => {
		expect(await post(call("nothing", {}, "a"), "/ubus/")).toEqual({ jsonrpc: "2.0", id: "a", result: [0] });
		expect(await post(call("empty", {}))).toEqual({ jsonrpc: "2.0", id: 1, result: [0] });
		expect(await post(call("refuse", {}))).toEqual({ jsonrpc: "2.0", id: 1, result: [6] });
		expect(await post(call("other", {}))).toEqual({ jsonrpc: "2.0", id: 1, result: [3] });
	});
	for (const [name, body, id, code] of [
		["no JSON", "{", null, -32700],
		["no request", "5", null, -32700],
		["no version", { id: 1, method: "call", params: [] }, 1, -32700],
		["no arguments", { jsonrpc: "2.0", id: 1, method: "call", params: [sid, "test", "echo"] }, 1, -32700],
		["another method", { jsonrpc: "2.0", id: 1, method: "other" }, 1, -32601],
		["a session among the arguments", call("echo", { ubus_rpc_session: sid }), 1, -32602],
		["no such object", call("echo", {}, 1, sid, "nobody"), 1, -32000],
		["another session", call("echo", {}, 1, "0".repeat(32)), 1, -32002],
		["no answer in time", call("never"), 1, -32003],
	] as const)
		test(name, async () => {
			expect(await post(body)).toMatchObject({ id, error: { code } });
		});
	test("a batch is answered in its order, also when a part of it fails", async () => {
		const batch = [
			call("echo", { n: 1 }, 1),
			call("x", {}, 2, sid, "nobody"),
			7,
			call("nothing", {}, "last"),
		];
		expect(await post(batch)).toMatchObject([
			{ id: 1, result: [0, { n: 1 }] },
			{ id: 2, error: { code: -32000 } },
			{ id: null, error: { code: -32700 } },
			{ id: "last", result: [0] },
		]);
		expect(await post([])).toEqual([]);
	});
	test("a body of 65,536 bytes is taken, a longer one is not", async () => {
		const frame = JSON.stringify(call("echo", { text: "" })).length;
		expect(await post(call("echo", { text: "x".repeat(65536 - frame) }))).toHaveProperty("result");
		expect(await post(call("echo", { text: "x".repeat(65537 - frame) }))).toMatchObject({
			error: { code: -32700 },
		});
		expect(await post(call("echo", { text: "x".repeat(500_000) }))).toMatchObject({
			error: { code: -32700 },
		});
	});
	test("list needs no session", async () => {
		expect(await post({ jsonrpc: "2.0", id: 1, method: "list" })).toMatchObject({
			result: ["session", "test"],
		});
		expect(await post({ jsonrpc: "2.0", id: 1, method: "list", params: ["te*"] })).toMatchObject({
			result: {
				test: {
					echo: {
						text: "string",
						n: "number",
						on: "boolean",
						list: "array",
						table: "object",
						n64: "unknown",
					},
					nothing: {},
				},
			},
		});
	});
	test("while a session is checked nothing else is answered", async () => {
		let allow = (_: boolean): void => {};
		access = () =>
			new Promise((resolve) => {
				allow = resolve;
			});
		writeFileSync(join(root, "file.txt"), "x");
		const slow = post(call("echo"));
		await until("the check is under way", () => checks.length === 1);
		let served = false;
		const file = fetch(`${base}/file.txt`).then((response) => {
			served = true;
			return response.text();
		});
		await fetch(base.replace("http", "http"), { signal: AbortSignal.timeout(50) }).catch(() => {});
		expect(served).toBe(false);
		allow(true);
		expect(await slow).toHaveProperty("result");
		expect(await file).toBe("x");
	});
});

describe("/ubus by path", () => {
	const bearer = { authorization: `Bearer ${sid}` };
	const body = { jsonrpc: "2.0", id: 1, method: "echo", params: { n: 1 } };

	test("call", async () => {
		expect(await post(body, "/ubus/call/test", bearer)).toEqual({
			jsonrpc: "2.0",
			id: 1,
			result: { n: 1, ubus_rpc_session: sid },
		});
		expect(await post({ ...body, method: "nothing" }, "/ubus/call/test", bearer)).toMatchObject({
			result: null,
		});
		expect(await post({ ...body, method: "refuse" }, "/ubus/call/test", bearer)).toMatchObject({
			error: { code: 6 },
		});
		expect(await post(body, "/ubus/call/test")).toMatchObject({ error: { code: -32002 } });
		expect(await post(body, "/ubus/call/nobody", bearer)).toMatchObject({ error: { code: -32000 } });
	});
	test("list", async () => {
		expect(await (await fetch(`${base}/ubus/list`)).json()).toMatchObject({
			test: { nothing: {} },
			session: {},
		});
		expect(await (await fetch(`${base}/ubus/list/test`)).json()).toMatchObject({ nothing: {} });
		const missing = await fetch(`${base}/ubus/list/nobody`);
		expect([missing.status, await missing.json()]).toEqual([500, { code: 4, message: "Not found" }]);
		expect((await fetch(`${base}/ubus/other`)).status).toBe(404);
	});
	test("subscribe", async () => {
		const object = provider.publish("test.notes", {});
		await until("it is there", () => provider.list("test.notes"));
		const abort = new AbortController();
		const response = await fetch(`${base}/ubus/subscribe/test.notes`, {
			headers: bearer,
			signal: abort.signal,
		});
		expect(response.headers.get("content-type")).toBe("text/event-stream");
		await until("it is subscribed", () => object.hasSubscribers);
		object.notify("note", { n: 1 });
		const { value } = (await response.body?.getReader().read()) ?? {};
		expect(new TextDecoder().decode(value)).toBe('event: note\ndata: {"n":1}\n\n');
		abort.abort();
		await until("the subscription ends with the stream", () => !object.hasSubscribers);
		const denied = await fetch(`${base}/ubus/subscribe/test.notes`);
		expect(await denied.json()).toEqual({ code: -13, message: "Permission denied" });
	});
});

describe("files", () => {
	beforeEach(() => {
		mkdirSync(join(root, "sub/deep"), { recursive: true });
		writeFileSync(join(root, "index.html"), "<p>root");
		writeFileSync(join(root, "sub/app.1234.js"), "x".repeat(100_000));
		writeFileSync(join(root, "secret"), "s", { mode: 0o600 });
	});

	test("an ETag, no Cache-Control, never compressed, 304 when unchanged", async () => {
		const url = `${base}/sub/app.1234.js`;
		const first = await fetch(url, { headers: { "accept-encoding": "gzip" } });
		expect(first.headers.get("content-type")).toBe("text/javascript");
		expect(first.headers.get("content-length")).toBe("100000");
		expect(first.headers.get("content-encoding")).toBeNull();
		expect(first.headers.get("cache-control")).toBeNull();
		expect(first.headers.get("keep-alive")).toBe("timeout=20");
		const etag = first.headers.get("etag") ?? "";
		expect(etag).toMatch(/^"[0-9a-f]+-186a0-[0-9a-f]+"$/);
		expect((await first.text()).length).toBe(100_000);
		expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
		expect((await fetch(url, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
		expect((await fetch(url, { headers: { "if-match": '"other"' } })).status).toBe(412);
		const since = first.headers.get("last-modified") ?? "";
		expect((await fetch(url, { headers: { "if-modified-since": since } })).status).toBe(304);
		const head = await fetch(url, { method: "HEAD" });
		expect([head.headers.get("content-length"), await head.text()]).toEqual(["100000", ""]);
		writeFileSync(join(root, "sub/app.1234.js"), "changed");
		expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(200);
	});
	test("directories: index, redirect, list", async () => {
		expect(await (await fetch(`${base}/`)).text()).toBe("<p>root");
		const redirect = await fetch(`${base}/sub?a=b`, { redirect: "manual" });
		expect([redirect.status, redirect.headers.get("location")]).toEqual([302, "/sub/?a=b"]);
		expect(await (await fetch(`${base}/sub/`)).text()).toContain("<a href='/sub/deep/'>deep/</a>");
	});
	test("what is not there or not for others", async () => {
		expect((await fetch(`${base}/nothing`)).status).toBe(404);
		expect((await fetch(`${base}/index.html/more`)).status).toBe(200);
		expect((await fetch(`${base}/secret`)).status).toBe(403);
		expect((await fetch(`${base}/%zz`)).status).toBe(404);
		expect((await fetch(`${base}/index.html`, { method: "DELETE" })).status).toBe(405);
	});
	test("nothing above the root", async () => {
		for (const path of [
			"/../../../../etc/passwd",
			"/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
			"/sub/../../etc/passwd",
		])
			expect(await rawStatus(path)).toBe(404);
	});
});

/** fetch() would resolve the dots itself. */
function rawStatus(path: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const agent = new Agent({ keepAlive: false });
		httpRequest(base, { path, agent }, (response) => {
			response.resume();
			resolve(response.statusCode);
		})
			.on("error", reject)
			.end();
	});
}

describe("CGI", () => {
	function script(name: string, text: string): void {
		mkdirSync(join(root, "cgi-bin"), { recursive: true });
		writeFileSync(join(root, "cgi-bin", name), `#!/bin/sh\n${text}\n`);
		chmodSync(join(root, "cgi-bin", name), 0o755);
	}

	test("head, body, environment, input", async () => {
		script(
			"x",
			'printf "Status: 201 Made\\r\\nContent-Type: text/plain\\r\\nX-A: b\\r\\n\\r\\n"; echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING"; cat',
		);
		const response = await fetch(`${base}/cgi-bin/x/a/b?c=d`, { method: "POST", body: "input" });
		expect(response.status).toBe(201);
		expect(response.headers.get("x-a")).toBe("b");
		expect(await response.text()).toBe("POST /a/b c=d\ninput");
	});
	test("one that says nothing, one that may not run, one that hangs", async () => {
		script("silent", "exit 0");
		script("hangs", "exec sleep 60");
		script("closed", "echo");
		chmodSync(join(root, "cgi-bin/closed"), 0o644);
		expect((await fetch(`${base}/cgi-bin/silent`)).status).toBe(502);
		expect((await fetch(`${base}/cgi-bin/closed`)).status).toBe(403);
		expect((await fetch(`${base}/cgi-bin/hangs`)).status).toBe(502);
	});
});

test("the command line of OpenWrt's init script", () => {
	const line =
		"-f -h /www -r OpenWrt -x /cgi-bin -u /ubus -t 60 -T 30 -k 20 -A 1 -n 3 -N 100 -R -p 0.0.0.0:80 -p [::]:80";
	expect(parseSettings(line.split(" "))).toMatchObject({
		docroot: "/www",
		ubusPrefix: "/ubus",
		keepAliveMs: 20_000,
		listeners: [
			{ host: "0.0.0.0", port: 80 },
			{ host: "::", port: 80 },
		],
	});
	expect(() => parseSettings(["-h", "/www"])).toThrow("no sockets bound");
	expect(() => parseSettings(["-p", "x"])).toThrow("-p x: an address and a port are needed");
});
