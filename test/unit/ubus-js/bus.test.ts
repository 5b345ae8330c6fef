import { type UbusConnection, UbusError, type UbusMethod } from "ubus-js/bus";
import type { BlobTable, BlobValue } from "ubus-js/codec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../lab/until.ts";
import { TestBus } from "../openwrt/bus.ts";

let bus: TestBus;
beforeEach(async () => {
	bus = await TestBus.start();
});
afterEach(() => bus.close());

const echo: UbusMethod = { args: { text: "string", count: "int32" }, call: (args) => args };

async function published(path: string, methods: { [name: string]: UbusMethod }): Promise<UbusConnection> {
	const provider = bus.connect();
	provider.publish(path, methods);
	await until(`${path} is on the bus`, () => provider.list(path));
	return provider;
}

function failsWith(code: number, attempt: Promise<unknown>): Promise<void> {
	return expect(attempt).rejects.toMatchObject({ name: "UbusError", code });
}

describe("calls", () => {
	test("arguments go there and come back with their types", async () => {
		await published("test.echo", { echo: { call: (args) => args } });
		const args: BlobTable = {
			text: "Zürich",
			int: -5,
			big: 5_000_000_000,
			huge: 2n ** 62n,
			fraction: 0.25,
			yes: true,
			nothing: null,
			list: [1, "two", { three: 3 }],
			table: { a: { b: {} } },
		};
		expect(await bus.connect().call("test.echo", "echo", args)).toEqual(args);
	});
	test("a call is possible at once after start()", async () => {
		await published("test.echo", { echo });
		const caller = bus.connect();
		expect(caller.connected).toBe(false);
		expect(await caller.call("test.echo", "echo", { text: "x" })).toEqual({ text: "x" });
		expect(caller.connected).toBe(true);
	});
	test("a method that answers nothing", async () => {
		await published("test", { nothing: { call: () => {} } });
		expect(await bus.connect().call("test", "nothing")).toEqual({});
	});
	test("deferred replies overtake each other", async () => {
		const waiting = new Map<BlobValue, (value: BlobTable) => void>();
		await published("test", {
			wait: { call: (args) => new Promise((resolve) => waiting.set(args.key ?? null, resolve)) },
		});
		const caller = bus.connect();
		const first = caller.call("test", "wait", { key: "first" });
		const second = caller.call("test", "wait", { key: "second" });
		await until("both wait", () => waiting.size === 2);
		waiting.get("second")?.({ answer: 2 });
		expect(await second).toEqual({ answer: 2 });
		waiting.get("first")?.({ answer: 1 });
		expect(await first).toEqual({ answer: 1 });
	});
	test("a method sees who calls", async () => {
		await published("test", {
			who: { call: (_args, { user, group }) => ({ user: user ?? "", group: group ?? "" }) },
		});
		expect(await bus.connect().call("test", "who")).toEqual({ user: "root", group: "root" });
	});
	test("many calls at once", async () => {
		await published("test.echo", { echo });
		const caller = bus.connect();
		const calls = Array.from({ length: 3000 }, (_, count) => caller.call("test.echo", "echo", { count }));
		expect(await Promise.all(calls)).toEqual(calls.map((_, count) => ({ count })));
	});
	test("an answer of nearly a megabyte", async () => {
		await published("test.echo", { echo });
		const text = "0123456789".repeat(100_000);
		expect(await bus.connect().call("test.echo", "echo", { text })).toEqual({ text });
	});
	test("the id found once is looked up again when the object comes back under another", async () => {
		const provider = await published("test.other", { echo });
		const caller = bus.connect();
		const object = provider.publish("test", { echo });
		await until("test is on the bus", () => caller.call("test", "echo"));
		object.remove();
		provider.publish("test", { echo });
		await until("test answers again", () => caller.call("test", "echo"));
		expect(await caller.call("test", "echo", { count: 1 })).toEqual({ count: 1 });
	});
});

describe("failures", () => {
	test("no such object", () => failsWith(4, bus.connect().call("nobody", "home")));
	test("no such method", async () => {
		await published("test", { echo });
		await failsWith(3, bus.connect().call("test", "other"));
		await failsWith(3, bus.connect().call("test", "toString"));
	});
	for (const [args, valid] of [
		[{ text: "x", count: 1 }, true],
		[{ text: "x", unknown: true }, true],
		[{ text: 1 }, false],
		[{ count: "1" }, false],
		[{ count: 2 ** 40 }, false],
		[{ count: 1.5 }, false],
		[{ text: null }, false],
	] as [BlobTable, boolean][])
		test(`arguments ${JSON.stringify(args)} are ${valid ? "taken" : "refused"}`, async () => {
			await published("test.echo", { echo });
			const call = bus.connect().call("test.echo", "echo", args);
			if (valid) expect(await call).toEqual(args);
			else await failsWith(2, call);
		});
	test("a method's own status", async () => {
		const refuse = () => {
			throw new UbusError(6);
		};
		await published("test", { now: { call: refuse }, later: { call: async () => refuse() } });
		await failsWith(6, bus.connect().call("test", "now"));
		await failsWith(6, bus.connect().call("test", "later"));
	});
	test("a method that breaks is UNKNOWN to the caller and reported to its program", async () => {
		const errors: unknown[] = [];
		const provider = bus.connect({ onError: (error) => errors.push(error) });
		const broken = new Error("broken");
		provider.publish("test", {
			now: {
				call: () => {
					throw broken;
				},
			},
			later: { call: () => Promise.reject(broken) },
			nan: { call: () => ({ value: Number.NaN }) },
			long: { call: () => ({ value: "x".repeat(2_000_000) }) },
		});
		const caller = bus.connect();
		await until("test is on the bus", () => caller.list("test"));
		for (const method of ["now", "later", "nan", "long"]) await failsWith(9, caller.call("test", method));
		expect(errors).toEqual([broken, broken, expect.any(Error), expect.any(Error)]);
	});
	test("an answer that never comes", async () => {
		await published("test", { never: { call: () => new Promise<void>(() => {}) } });
		await failsWith(7, bus.connect().call("test", "never", {}, { timeoutMs: 20 }));
	});
	test("arguments that cannot be encoded", async () => {
		await published("test", { echo });
		await expect(bus.connect().call("test", "echo", { value: Number.NaN })).rejects.toThrow("NaN at value");
	});
	test("no connection", async () => {
		const caller = bus.connect();
		caller.close();
		await failsWith(10, caller.call("a", "b"));
	});
	test("close() fails what is outstanding", async () => {
		await published("test", { never: { call: () => new Promise<void>(() => {}) } });
		const caller = bus.connect();
		const call = caller.call("test", "never");
		await until("it is connected", () => caller.connected);
		caller.close();
		await failsWith(10, call);
	});

	test("close() of who was called answers those who still wait, and a late result is nobody's", async () => {
		let called = 0;
		let answer = (_value: BlobTable): void => {};
		const provider = await published("test", {
			later: {
				call: () => {
					called++;
					return new Promise<BlobTable>((resolve) => {
						answer = resolve;
					});
				},
			},
			soon: { call: async () => ({ value: 1 }) },
		});
		const caller = bus.connect();
		expect(await caller.call("test", "soon")).toEqual({ value: 1 });
		const calls = [caller.call("test", "later"), caller.call("test", "later")];
		await until("both wait", () => called === 2);
		provider.close();
		answer({ value: 2 });
		for (const call of calls) await failsWith(10, call);
	});
});

describe("lists", () => {
	test("objects in the order of their paths, with their signatures", async () => {
		const provider = await published("b", { echo });
		provider.publish("a.two", {});
		provider.publish("a.one", {
			m: { args: { list: "array", table: "table", on: "bool", n: "int64" }, call: () => {} },
		});
		const caller = bus.connect();
		await until("all three are there", async () => (await caller.list()).length === 3);
		expect((await caller.list()).map(({ path }) => path)).toEqual(["a.one", "a.two", "b"]);
		expect((await caller.list("a.*")).map(({ path }) => path)).toEqual(["a.one", "a.two"]);
		expect((await caller.list("a.one"))[0]?.methods).toEqual({
			m: { list: "array", table: "table", on: "bool", n: "int64" },
		});
		await failsWith(4, caller.list("c"));
		await failsWith(4, caller.list("c*"));
	});
});

describe("events", () => {
	test("by name and by prefix, not back to the sender", async () => {
		const seen: string[] = [];
		const listener = bus.connect();
		const sender = bus.connect();
		listener.listen("net.*", (event, data) => seen.push(`prefix ${event} ${JSON.stringify(data)}`));
		const exact = listener.listen("net.up", (event) => seen.push(`name ${event}`));
		sender.listen("*", (event) => seen.push(`sender ${event}`));
		await until("the listeners are there", async () => {
			seen.length = 0;
			await sender.sendEvent("net.up", { n: 1 });
			return until("it is seen", () => seen.length === 2, { timeoutMs: 100 });
		});
		expect(seen.sort()).toEqual(["name net.up", 'prefix net.up {"n":1}']);
		exact.close();
		await listener.list().catch(() => {});
		seen.length = 0;
		await sender.sendEvent("net.up", {});
		await sender.sendEvent("other", {});
		await sender.sendEvent("net.last", {});
		await until("the last is seen", () => seen.includes("prefix net.last {}"));
		expect(seen).toEqual(["prefix net.up {}", "prefix net.last {}"]);
	});
	test("names of ubusd's own are refused", () =>
		failsWith(6, bus.connect().sendEvent("ubus.object.add", {})));
	test("ubusd tells of objects that come and go", async () => {
		const seen: string[] = [];
		const listener = bus.connect();
		listener.listen("ubus.object.*", (event, data) => seen.push(`${event} ${data.path}`));
		await until("it is connected", () => listener.connected);
		await listener.list().catch(() => {});
		const provider = await published("test", { echo });
		provider.close();
		await until("both are seen", () => seen.length === 2);
		expect(seen).toEqual(["ubus.object.add test", "ubus.object.remove test"]);
	});
});

describe("notifications", () => {
	function recorder(subscriber: UbusConnection, path: string): { seen: string[]; close(): void } {
		const seen: string[] = [];
		const { close } = subscriber.subscribe(path, {
			notify: (type, data) => seen.push(`${type} ${JSON.stringify(data)}`),
			subscribed: () => seen.push("subscribed"),
			gone: () => seen.push("gone"),
		});
		return { seen, close };
	}

	test("reach subscribers, and the owner knows whether there are any", async () => {
		const active: boolean[] = [];
		const provider = bus.connect();
		const object = provider.publish("test", { echo }, { onSubscribers: (now) => active.push(now) });
		const { seen, close } = recorder(bus.connect(), "test");
		await until("it is subscribed", () => object.hasSubscribers);
		object.notify("change", { n: 1 });
		await until("it is seen", () => seen.length === 2);
		expect(seen.sort()).toEqual(['change {"n":1}', "subscribed"]);
		close();
		await until("nobody is left", () => !object.hasSubscribers);
		object.notify("change", { n: 2 });
		expect(active).toEqual([true, false]);
	});
	test("the object comes later, goes and comes back", async () => {
		const { seen } = recorder(bus.connect(), "test");
		for (let round = 0; round < 3; round++) {
			const provider = bus.connect();
			const object = provider.publish("test", { echo });
			await until("it is subscribed", () => object.hasSubscribers && seen.at(-1) === "subscribed");
			object.notify("round", { round });
			await until("it is seen", () => seen.at(-1)?.startsWith("round"));
			provider.close();
			await until("it is gone", () => seen.at(-1) === "gone");
		}
		expect(seen).toHaveLength(9);
	});
	test("a reply to a notification that wants one", async () => {
		// Programs of OpenWrt notify with replies: our subscriber has to answer, or they wait.
		const { seen } = recorder(bus.connect(), "test");
		const provider = bus.connect();
		const object = provider.publish("test", { echo });
		await until("it is subscribed", () => object.hasSubscribers);
		object.notify("one", {});
		await until("it is seen", () => seen.includes("one {}"));
	});
});

describe("ubusd restarts", () => {
	test("outstanding calls fail, objects, listeners and subscriptions come back by themselves", async () => {
		const states: string[] = [];
		const seen: string[] = [];
		const provider = bus.connect({ onState: (state) => states.push(state) });
		const object = provider.publish("test", { echo, never: { call: () => new Promise<void>(() => {}) } });
		const user = bus.connect();
		user.listen("ping", () => seen.push("event"));
		user.subscribe("test", { notify: (type) => seen.push(type), gone: () => seen.push("gone") });
		await until("it is subscribed", () => object.hasSubscribers);
		for (let round = 1; round <= 3; round++) {
			const outstanding = user.call("test", "never");
			await user.call("test", "echo");
			const failed = failsWith(10, outstanding);
			await bus.stopBroker();
			await failed;
			await failsWith(10, user.call("test", "echo"));
			await until("the subscription is gone", () => seen.at(-1) === "gone" && !object.hasSubscribers);
			await bus.startBroker();
			await until("it is subscribed again", () => object.hasSubscribers);
			expect(await user.call("test", "echo", { count: round })).toEqual({ count: round });
			object.notify("note", {});
			await provider.sendEvent("ping", {});
			await until("both are seen", () => seen.at(-1) === "event" && seen.at(-2) === "note");
		}
		expect(states).toEqual([
			"connected",
			"disconnected",
			"connected",
			"disconnected",
			"connected",
			"disconnected",
			"connected",
		]);
	});
	test("a path that is taken is tried again", async () => {
		const errors: string[] = [];
		const old = await published("test", { echo });
		const young = bus.connect({ onError: (error) => errors.push(String(error)) });
		young.publish("test", { name: { call: () => ({ name: "young" }) } });
		await until("it is refused", () => errors.length > 0);
		expect(errors[0]).toContain("ubus add object test: Invalid argument");
		old.close();
		expect(await until("it is there", () => young.call("test", "name"))).toEqual({ name: "young" });
	});
	test("a bus that is not there yet", async () => {
		await bus.stopBroker();
		const states: string[] = [];
		const connection = bus.connect({ onState: (state) => states.push(state) });
		await until("the first attempt failed", () => states.length === 1);
		await bus.startBroker();
		await until("it is connected", () => connection.connected);
		expect(states).toEqual(["disconnected", "connected"]);
	});
});
