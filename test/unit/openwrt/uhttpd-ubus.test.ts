import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type UbusConnection, UbusError } from "ubus-js/bus";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../lab/until.ts";
import { TestWeb } from "./web.ts";

const sid = "5".repeat(32);
let web: TestWeb;
let provider: UbusConnection;
let checks: unknown[];
let access: () => Promise<boolean> | boolean;

beforeEach(async () => {
	web = await TestWeb.start();
	checks = [];
	access = () => true;
	provider = web.bus.connect();
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
});
afterEach(() => web.close());

async function post(body: unknown, path = "/ubus", headers: Record<string, string> = {}): Promise<unknown> {
	const text = typeof body === "string" ? body : JSON.stringify(body);
	const response = await fetch(web.base + path, { method: "POST", body: text, headers });
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
		writeFileSync(join(web.root, "file.txt"), "x");
		const slow = post(call("echo"));
		await until("the check is under way", () => checks.length === 1);
		let served = false;
		const file = fetch(`${web.base}/file.txt`).then((response) => {
			served = true;
			return response.text();
		});
		await fetch(web.base, { signal: AbortSignal.timeout(50) }).catch(() => {});
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
		expect(await (await fetch(`${web.base}/ubus/list`)).json()).toMatchObject({
			test: { nothing: {} },
			session: {},
		});
		expect(await (await fetch(`${web.base}/ubus/list/test`)).json()).toMatchObject({ nothing: {} });
		const missing = await fetch(`${web.base}/ubus/list/nobody`);
		expect([missing.status, await missing.json()]).toEqual([500, { code: 4, message: "Not found" }]);
		expect((await fetch(`${web.base}/ubus/other`)).status).toBe(404);
	});
	test("subscribe", async () => {
		const object = provider.publish("test.notes", {});
		await until("it is there", () => provider.list("test.notes"));
		const abort = new AbortController();
		const response = await fetch(`${web.base}/ubus/subscribe/test.notes`, {
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
		const denied = await fetch(`${web.base}/ubus/subscribe/test.notes`);
		expect(await denied.json()).toEqual({ code: -13, message: "Permission denied" });
	});
});
