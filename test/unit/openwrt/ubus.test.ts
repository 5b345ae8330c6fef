import { UbusError } from "ubus-js/bus";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../../lab/until.ts";
import { BundledProgram, collect, type Ended } from "./bundled.ts";
import { TestBus } from "./bus.ts";

let program: BundledProgram;
let bus: TestBus;
beforeAll(async () => {
	program = await BundledProgram.build("test/openwrt/ubus.ts");
});
afterAll(() => program.close());
beforeEach(async () => {
	bus = await TestBus.start();
	const provider = bus.connect();
	provider.publish("test.echo", {
		echo: {
			args: { text: "string", n: "int32", big: "int64", on: "bool", list: "array", table: "table" },
			call: (args) => args,
		},
		nothing: { call: () => {} },
		refuse: {
			call: () => {
				throw new UbusError(6);
			},
		},
		never: { call: () => new Promise<void>(() => {}) },
	});
	await until("the object is there", () => provider.list("test.echo"));
});
afterEach(() => bus.close());

function ubus(...args: string[]): Promise<Ended> {
	return program.run(["-s", bus.path, ...args]);
}

test("list", async () => {
	expect(await ubus("list")).toEqual({ code: 0, stdout: "test.echo\n", stderr: "" });
	expect(await ubus("list", "test.*")).toEqual({ code: 0, stdout: "test.echo\n", stderr: "" });
	expect(await ubus("list", "nobody")).toEqual({
		code: 4,
		stdout: "",
		stderr: "Command failed: Not found\n",
	});
});

test("list -v shows signatures", async () => {
	const { stdout } = await ubus("-v", "list");
	const [title, echo, nothing] = stdout.split("\n");
	expect(title).toMatch(/^'test\.echo' @[0-9a-f]{8}$/);
	expect(echo).toBe(
		'\t"echo":{"text":"String","n":"Integer","big":"(unknown)","on":"Boolean","list":"Array","table":"Table"}',
	);
	expect(nothing).toBe('\t"nothing":{}');
});

test("call prints indented JSON, -S one line", async () => {
	const message = '{"text":"a\\"b\\n","n":-1,"d":1.5,"list":[1,true],"empty":{},"none":null}';
	const indented =
		'{\n\t"text": "a\\"b\\n",\n\t"n": -1,\n\t"d": 1.500000,\n\t"list": [\n\t\t1,\n\t\ttrue\n\t],\n\t"empty": {\n\t\t\n\t},\n\t"none": null\n}\n';
	expect(await ubus("call", "test.echo", "echo", message)).toEqual({ code: 0, stdout: indented, stderr: "" });
	expect(await ubus("-S", "call", "test.echo", "echo", message)).toEqual({
		code: 0,
		stdout: '{"text":"a\\"b\\n","n":-1,"d":1.500000,"list":[1,true],"empty":{},"none":null}\n',
		stderr: "",
	});
	expect(await ubus("call", "test.echo", "nothing")).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("a call that fails names itself and ends with the negative status where no terminal is", async () => {
	expect(await ubus("call", "test.echo", "refuse")).toEqual({
		code: 256 - 6,
		stdout: "",
		stderr: "Command failed: ubus call test.echo refuse (Permission denied)\n",
	});
	expect(await ubus("-S", "call", "test.echo", "refuse")).toEqual({ code: 6, stdout: "", stderr: "" });
	expect(await ubus("call", "test.echo", "echo", "{")).toMatchObject({ code: 256 - 12 });
	expect(await ubus("-S", "-t", "1", "call", "test.echo", "never")).toMatchObject({ code: 7 });
});

test("an object that is not there", async () => {
	expect(await ubus("call", "nobody", "home")).toEqual({
		code: 4,
		stdout: "",
		stderr: "Command failed: Not found\n",
	});
});

test("no ubusd", async () => {
	await bus.stopBroker();
	expect(await ubus("list")).toEqual({ code: 255, stdout: "", stderr: "Failed to connect to ubus\n" });
});

test("wrong words show the usage", async () => {
	expect(await ubus("bogus")).toMatchObject({ code: 254, stderr: expect.stringMatching(/^Usage: ubus/) });
	expect(await ubus("call", "test.echo")).toMatchObject({ code: 254 });
	expect(await ubus()).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Usage: ubus/) });
});

test("send and listen", async () => {
	const listener = program.start(["-s", bus.path, "listen", "test.*"]);
	const ended = collect(listener);
	let printed = "";
	listener.stdout?.on("data", (chunk: Buffer) => {
		printed += chunk.toString();
	});
	const sender = bus.connect();
	await until("the event is printed", async () => {
		await sender.sendEvent("test.event", { n: 1 });
		return printed.length > 0;
	});
	const { code } = await ubus("send", "test.last", '{"word":"bye"}');
	expect(code).toBe(0);
	await until("the last is printed", () => printed.includes("test.last"));
	listener.kill();
	await ended;
	expect(printed.split("\n")[0]).toBe('{ "test.event": {"n":1} }');
	expect(printed).toContain('{ "test.last": {"word":"bye"} }\n');
});

test("listen and subscribe end with ubusd", async () => {
	const provider = bus.connect();
	const object = provider.publish("test.notes", {});
	await until("it is there", () => provider.list("test.notes"));
	const ended = ubus("subscribe", "test.notes");
	await until("it is subscribed", () => object.hasSubscribers);
	object.notify("note", { n: 1 });
	await provider.list();
	await bus.stopBroker();
	expect(await ended).toEqual({ code: 0, stdout: '{ "note": {"n":1} }\n', stderr: "" });
});

test("wait_for", async () => {
	const waiting = ubus("wait_for", "test.echo", "test.late");
	const provider = bus.connect();
	provider.publish("test.late", {});
	expect(await waiting).toEqual({ code: 0, stdout: "", stderr: "" });
	expect(await ubus("-t", "1", "wait_for", "test.never")).toEqual({
		code: 7,
		stdout: "",
		stderr: "Command failed: Request timed out\n",
	});
});

test("monitor shows both directions", async () => {
	const monitor = program.start(["-s", bus.path, "monitor", "-m", "invoke"]);
	let printed = "";
	monitor.stdout?.on("data", (chunk: Buffer) => {
		printed += chunk.toString();
	});
	const ended = collect(monitor);
	const caller = bus.connect();
	await until("the call is seen", async () => {
		await caller.call("test.echo", "echo", { n: 7 });
		return printed.includes('"data":{"n":7}');
	});
	monitor.kill();
	await ended;
	expect(printed).toMatch(
		/^<- [0-9a-f]{8} #[0-9a-f]{8} {9}invoke: \{"objid":-?\d+,"method":"echo","data":\{"n":7\}\}$/m,
	);
	expect(printed).toMatch(/^-> .*"user":"root","group":"root"\}$/m);
});
