import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UbusConnection } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../lab/until.ts";
import { crypt } from "../../openwrt/rpcd/crypt.ts";
import type { RpcdPaths } from "../../openwrt/rpcd/paths.ts";
import { type Rpcd, startRpcd } from "../../openwrt/rpcd/program.ts";
import { NULL_SESSION } from "../../openwrt/rpcd/session.ts";
import { TestBus } from "./bus.ts";

const LOGINS = `config login
	option username 'root'
	option password '$p$root'
	list read '*'
	list write '*'

config login
	option username 'guest'
	option password '$p$guest'
	list read 'net*'
	list read '!net-secret'
`;
const NETWORK =
	"config interface 'lan'\n\toption proto 'static'\n\tlist dns '1'\n\nconfig interface\n\nconfig alias 'a'\n";
const ACLS = {
	network: {
		description: "everything about the network",
		read: { ubus: { "network.*": ["dump", "get*"] }, uci: ["network"], file: { "/tmp/*": ["read", "list"] } },
		write: { ubus: { network: ["reload"] }, uci: ["network"], file: { "/bin/echo hello": ["exec"] } },
	},
	"net-secret": { read: { uci: ["secret"] } },
	unauthenticated: { read: { ubus: { session: ["access", "login"] } } },
};

let root: string;
let paths: RpcdPaths;
let bus: TestBus;
let rpcd: Rpcd;
let client: UbusConnection;
let changed: string[];

beforeEach(async () => {
	root = mkdtempSync(join(tmpdir(), "polywan-rpcd-"));
	for (const dir of ["config", "acl.d"]) mkdirSync(join(root, dir));
	paths = {
		configDir: join(root, "config"),
		overrideDir: "",
		saveDir: join(root, "delta"),
		stateDir: join(root, "state"),
		runDir: join(root, "run"),
		aclDir: join(root, "acl.d"),
		shadowPath: join(root, "shadow"),
	};
	writeFileSync(join(root, "config/rpcd"), LOGINS);
	writeFileSync(join(root, "config/network"), NETWORK);
	writeFileSync(join(root, "config/secret"), "config a 'b'\n");
	writeFileSync(join(root, "acl.d/test.json"), JSON.stringify(ACLS));
	writeFileSync(
		paths.shadowPath,
		`daemon:*:0:::::\nroot:${crypt("secret", "$6$rounds=1000$salt")}:0:::::\nguest::0:::::\n`,
	);
	bus = await TestBus.start();
	changed = [];
	bus.connect().publish("service", {
		event: {
			args: { type: "string", data: "table" },
			call: ({ type, data }) => {
				changed.push(`${type} ${(data as BlobTable).package}`);
			},
		},
	});
	const connection = bus.connect();
	rpcd = startRpcd(connection, paths);
	client = bus.connect();
	await until("the objects are there", async () => (await client.list()).length >= 4);
});
afterEach(async () => {
	rpcd.stop();
	await bus.close();
	rmSync(root, { recursive: true });
});

async function login(username = "root", password = "secret", timeout = 300): Promise<string> {
	const session = await client.call("session", "login", { username, password, timeout });
	return String(session.ubus_rpc_session);
}

function uci(method: string, sid: string | null, args: BlobTable = {}): Promise<BlobTable> {
	return client.call("uci", method, { ...args, ...(sid !== null && { ubus_rpc_session: sid }) });
}

function status(code: number) {
	return expect.objectContaining({ code });
}

function network(): string {
	return readFileSync(join(root, "config/network"), "utf8");
}

async function allows(sid: string, scope: string, object: string, name: string): Promise<unknown> {
	const args = { ubus_rpc_session: sid, scope, object, function: name };
	return (await client.call("session", "access", args)).access;
}

describe("session", () => {
	it("logs in by the shadow file, and tells the rights", async () => {
		const session = await client.call("session", "login", { username: "root", password: "secret" });
		expect(session).toMatchObject({
			ubus_rpc_session: expect.stringMatching(/^[0-9a-f]{32}$/),
			timeout: 300,
			acls: {
				"access-group": { network: ["read", "write"] },
				ubus: { "network.*": ["dump", "get*"] },
				uci: { network: ["read", "write"] },
			},
			data: { username: "root" },
		});
	});

	it("refuses a wrong password, a wrong user, and missing arguments", async () => {
		await expect(login("root", "wrong")).rejects.toEqual(status(6));
		await expect(login("daemon", "*")).rejects.toEqual(status(6));
		await expect(client.call("session", "login", { username: "root" })).rejects.toEqual(status(2));
	});

	it("matches rights as fnmatch, in their scope", async () => {
		const sid = await login();
		expect(await allows(sid, "ubus", "network.interface", "dump")).toBe(true);
		expect(await allows(sid, "ubus", "network.interface", "getall")).toBe(true);
		expect(await allows(sid, "ubus", "network.interface", "set")).toBe(false);
		expect(await allows(sid, "file", "network.interface", "dump")).toBe(false);
		expect(await allows(NULL_SESSION, "ubus", "session", "login")).toBe(true);
		await expect(allows("nobody", "ubus", "session", "login")).rejects.toEqual(status(4));
	});

	it("gives a login the groups its lists name, without those they exclude", async () => {
		const sid = await login("guest", "anything");
		expect(await allows(sid, "uci", "network", "read")).toBe(true);
		expect(await allows(sid, "uci", "network", "write")).toBe(false);
		expect(await allows(sid, "uci", "secret", "read")).toBe(false);
	});

	it("grants and revokes, keeps data, and ends by destroy", async () => {
		const sid = await login("guest", "");
		const mine = { ubus_rpc_session: sid };
		await client.call("session", "grant", { ...mine, scope: "uci", objects: [["x*", "write"]] });
		expect(await allows(sid, "uci", "xyz", "write")).toBe(true);
		await client.call("session", "revoke", { ...mine, scope: "uci" });
		expect(await allows(sid, "uci", "xyz", "write")).toBe(false);
		await client.call("session", "set", { ...mine, values: { token: "t", n: 1 } });
		expect(await client.call("session", "get", { ...mine, keys: ["token"] })).toEqual({
			values: { token: "t" },
		});
		expect(await client.call("session", "list", mine)).toMatchObject({ data: { username: "guest", n: 1 } });
		await client.call("session", "destroy", mine);
		await expect(client.call("session", "list", mine)).rejects.toEqual(status(4));
		await expect(client.call("session", "destroy", { ubus_rpc_session: NULL_SESSION })).rejects.toEqual(
			status(6),
		);
	});

	it("ends after its time, with its changes", async () => {
		const sid = await login("root", "secret", 1);
		await uci("set", sid, { config: "network", section: "lan", values: { proto: "dhcp" } });
		const saveDir = join(root, `run/uci-${sid}`);
		expect(existsSync(saveDir)).toBe(true);
		await until("the session has ended", () => !existsSync(saveDir));
		await expect(client.call("session", "list", { ubus_rpc_session: sid })).rejects.toEqual(status(4));
	});
});

describe("uci", () => {
	it("reads packages, sections and options", async () => {
		const sid = await login();
		const { values } = await uci("get", sid, { config: "network" });
		expect(Object.values(values as BlobTable)).toEqual([
			{ ".anonymous": false, ".type": "interface", ".name": "lan", ".index": 0, proto: "static", dns: ["1"] },
			{ ".anonymous": true, ".type": "interface", ".name": "cfg026d96", ".index": 1 },
			{ ".anonymous": false, ".type": "alias", ".name": "a", ".index": 2 },
		]);
		expect(await uci("get", sid, { config: "network", section: "lan", option: "dns" })).toEqual({
			value: ["1"],
		});
		expect(await uci("get", sid, { config: "network", section: "none" })).toEqual({});
		expect(
			Object.keys((await uci("get", sid, { config: "network", type: "alias" })).values as BlobTable),
		).toEqual(["a"]);
		const match = { proto: "static" };
		expect(Object.keys((await uci("get", sid, { config: "network", match })).values as BlobTable)).toEqual([
			"lan",
		]);
		await expect(uci("get", sid, { config: "none" })).rejects.toEqual(status(6));
		await expect(uci("get", null, { config: "none" })).rejects.toEqual(status(4));
		await expect(uci("get", sid, {})).rejects.toEqual(status(2));
	});

	it("keeps the changes of each session apart", async () => {
		const [one, other] = [await login(), await login()];
		const values = { proto: "dhcp", on: true, n: 5, dns: ["2", "3"] };
		await uci("set", one, { config: "network", section: "lan", values });
		const changes = [
			["set", "lan", "proto", "dhcp"],
			["set", "lan", "on", "1"],
			["set", "lan", "n", "5"],
			["remove", "lan", "dns"],
			["list-add", "lan", "dns", "2"],
			["list-add", "lan", "dns", "3"],
		];
		expect(await uci("changes", one, { config: "network" })).toEqual({ changes });
		expect(await uci("changes", one)).toEqual({ changes: { network: changes } });
		expect(await uci("changes", other)).toEqual({ changes: {} });
		expect(await uci("get", other, { config: "network", section: "lan", option: "proto" })).toEqual({
			value: "static",
		});
		await uci("revert", one, { config: "network" });
		expect(await uci("changes", one)).toEqual({ changes: {} });
	});

	it("adds, orders, renames and deletes", async () => {
		const sid = await login();
		const { section } = await uci("add", sid, {
			config: "network",
			type: "rule",
			values: { a: 1, l: ["x"] },
		});
		expect(section).toMatch(/^cfg04/);
		await uci("add", sid, { config: "network", type: "rule", name: "named" });
		await uci("order", sid, { config: "network", sections: ["named", "a"] });
		await uci("rename", sid, { config: "network", section: "lan", name: "lan2" });
		await uci("delete", sid, { config: "network", section: "lan2", options: ["dns", "none"] });
		await uci("delete", sid, { config: "network", type: "alias" });
		await uci("commit", sid, { config: "network" });
		expect(network()).toBe(
			"\nconfig rule 'named'\n\nconfig interface 'lan2'\n\toption proto 'static'\n\nconfig interface\n\n" +
				"config rule\n\toption a '1'\n\tlist l 'x'\n\n",
		);
		expect(changed).toEqual(["config.change network"]);
	});

	it.each<[string, BlobTable, number]>([
		["set", { section: "lan", values: { x: [] } }, 2],
		["set", { section: "lan", values: { x: 1.5 } }, 2],
		["set", { section: "lan", values: { "bad-name": "x" } }, 2],
		["set", { section: "none", values: { x: "1" } }, 4],
		["set", { section: "no/ne", values: { x: "1" } }, 2],
		["set", { values: { x: "1" } }, 2],
		["add", { type: "two words" }, 2],
		["delete", { section: "lan", option: "none" }, 4],
		["rename", { section: "none", name: "x" }, 4],
		["order", { sections: ["none"] }, 4],
	])("%s %j is refused and saves nothing", async (method, args, code) => {
		const sid = await login();
		await expect(uci(method, sid, { config: "network", ...args })).rejects.toEqual(status(code));
		expect(await uci("changes", sid)).toEqual({ changes: {} });
	});

	it("refuses what the session may not", async () => {
		const guest = await login("guest", "");
		const values = { proto: "dhcp" };
		await expect(uci("set", guest, { config: "network", section: "lan", values })).rejects.toEqual(status(6));
		await expect(uci("get", guest, { config: "secret" })).rejects.toEqual(status(6));
		await expect(uci("get", "0123", { config: "network" })).rejects.toEqual(status(6));
	});
});

describe("uci apply", () => {
	let sid: string;
	beforeEach(async () => {
		sid = await login();
		await uci("set", sid, { config: "network", section: "lan", values: { proto: "dhcp" } });
	});

	it("commits, and stays once confirmed", async () => {
		await uci("apply", sid, { rollback: true, timeout: 1 });
		expect(network()).toContain("option proto 'dhcp'");
		await expect(uci("apply", sid, { rollback: true })).rejects.toEqual(status(6));
		await expect(uci("commit", sid, { config: "network" })).rejects.toEqual(status(6));
		await expect(uci("confirm", await login("guest", ""))).rejects.toEqual(status(6));
		await uci("confirm", sid);
		await expect(uci("confirm", sid)).rejects.toEqual(status(5));
		expect(changed).toEqual(["config.change network"]);
	});

	it("brings files and changes back when nobody confirms in time", async () => {
		await uci("apply", sid, { rollback: true, timeout: 1 });
		await until("the file is back", () => network() === NETWORK);
		await until("procd was told", () => changed.length === 2);
		await until("the changes are back", async () => {
			const { changes } = await uci("changes", sid, { config: "network" });
			return (changes as unknown[]).length === 1;
		});
		await expect(uci("confirm", sid)).rejects.toEqual(status(5));
	});

	it("brings the files back also when the session has ended meanwhile", async () => {
		await uci("apply", sid, { rollback: true, timeout: 1 });
		await client.call("session", "destroy", { ubus_rpc_session: sid });
		await until("the file is back", () => network() === NETWORK);
		expect(existsSync(join(root, `run/uci-${sid}`))).toBe(false);
	});

	it("gives a user who logs in again the session that has to confirm", async () => {
		await uci("apply", sid, { rollback: true, timeout: 60 });
		expect(await login()).toBe(sid);
		await uci("rollback", sid);
		expect(network()).toBe(NETWORK);
		expect(await login()).not.toBe(sid);
	});

	it("has nothing to apply, or no right to", async () => {
		const other = await login();
		await expect(uci("apply", other, { rollback: true })).rejects.toEqual(status(5));
		await expect(uci("apply", null, { rollback: true })).rejects.toEqual(status(2));
	});

	it("trap: an apply without rollback disables the rollback of a pending one", async () => {
		await uci("apply", sid, { rollback: true, timeout: 1 });
		expect(await uci("apply", await login("guest", ""), { rollback: false })).toEqual({});
		await until("the time is over", async () => {
			const refused = await uci("revert", sid, { config: "network" }).catch(() => "pending");
			return refused !== "pending";
		});
		expect(network()).toContain("option proto 'dhcp'");
	});

	it("trap: a SIGHUP forgets the rollback, not the session", async () => {
		await uci("apply", sid, { rollback: true, timeout: 1 });
		rpcd.hangUp();
		await expect(uci("confirm", sid)).rejects.toEqual(status(5));
		expect(network()).toContain("option proto 'dhcp'");
		expect(await allows(sid, "uci", "network", "write")).toBe(true);
	});
});

describe("file", () => {
	it("reads, writes, lists and removes", async () => {
		const path = join(root, "dir/../note");
		const file = (method: string, args: BlobTable = {}) => client.call("file", method, { path, ...args });
		await file("write", { data: "hello\n", mode: 0o600 });
		await file("write", { data: "d29ybGQ=", base64: true, append: true });
		expect(await file("read")).toEqual({ data: "hello\nworld" });
		expect(await file("md5")).toEqual({ md5: "9195d0beb2a889e1be05ed6bb1954837" });
		expect(await file("stat")).toMatchObject({ path: join(root, "note"), type: "file", mode: 0o100600 });
		const { entries } = await client.call("file", "list", { path: root });
		expect(entries).toContainEqual(expect.objectContaining({ name: "config", type: "directory" }));
		await file("remove");
		await expect(file("read")).rejects.toEqual(status(4));
	});

	it("checks the session's paths, after taking .. out", async () => {
		const mine = { ubus_rpc_session: await login() };
		await expect(client.call("file", "read", { ...mine, path: "/tmp/../etc/passwd" })).rejects.toEqual(
			status(6),
		);
		await expect(client.call("file", "write", { ...mine, path: "/tmp/x", data: "" })).rejects.toEqual(
			status(6),
		);
		await expect(client.call("file", "read", { ...mine, path: "/tmp/does-not-exist" })).rejects.toEqual(
			status(4),
		);
	});

	it("runs programs without a shell, those the session may run", async () => {
		const params = ["hello", "$HOME; exit 3"];
		expect(await client.call("file", "exec", { command: "/bin/echo", params })).toEqual({
			code: 0,
			stdout: "hello $HOME; exit 3\n",
		});
		const mine = { ubus_rpc_session: await login(), command: "/bin/echo" };
		await expect(client.call("file", "exec", { ...mine, params })).rejects.toEqual(status(6));
		expect(await client.call("file", "exec", { ...mine, params: ["hello"] })).toMatchObject({ code: 0 });
		await expect(client.call("file", "exec", { command: "no-such-program" })).rejects.toEqual(status(4));
	});
});
