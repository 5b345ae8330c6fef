import type { ConnectionStatus } from "polywan-core/status";
import type { LogLine } from "polywan-core/tool/log-line";
import { expect, test } from "vitest";
import { criteriaOf, mentions, renderEnd } from "../../../ui/src/connections/connection-query.ts";
import { groupConnections, listItems } from "../../../ui/src/connections/group.ts";
import { joinLines } from "../../../ui/src/log/use-log.ts";
import { renderCsv } from "../../../ui/src/page/csv.ts";
import { portalAddress } from "../../../ui/src/part/portal-address.ts";

const connection: ConnectionStatus = {
	family: "ipv6",
	protocol: "tcp",
	source: "fd00:1::100",
	source_port: 40_000,
	destination: "2001:db8:ffff::1",
	destination_port: 443,
	uplink: "wan",
	rule: null,
	state: "established",
	sent_bytes: 100,
	received_bytes: 900,
	sent_packets: 1,
	received_packets: 2,
	age_s: 3,
	timeout_s: 300,
};

test("CSV quotes what needs it, leaves unknown values empty, and starts no formula", () => {
	expect(
		renderCsv([
			["uplink", "ms"],
			['a,"b"', null],
			["=1+1", -2.5],
			["\n@SUM(1)", "＋1"],
		]),
	).toBe('uplink,ms\r\n"a,""b""",\r\n\'=1+1,-2.5\r\n"\'\n@SUM(1)",\'＋1\r\n');
});

test("a connection is meant by everything that is its own; a protocol without ports has none", () => {
	expect(criteriaOf(connection)).toMatchObject({
		family: "ipv6",
		source_port: 40_000,
		destination_port: 443,
	});
	const ping = { ...connection, protocol: "icmpv6", source_port: 0, destination_port: 0 };
	expect(Object.keys(criteriaOf(ping))).toEqual(["family", "protocol", "source", "destination"]);
	expect(renderEnd(connection.source, 40_000)).toBe("[fd00:1::100]:40000");
});

test("a text is searched in all that is shown", () => {
	expect(mentions(connection, "]:443")).toBe(true);
	expect(mentions(connection, "estab")).toBe(true);
	expect(mentions(connection, "wanb")).toBe(false);
});

const small = {
	...connection,
	source: "fd00:1::101",
	received_bytes: 0,
	uplink: null,
	destination_port: 6000,
};

test("groups come by their data, both ways", () => {
	const told = (by: Parameters<typeof groupConnections>[1]) =>
		groupConnections([small, connection, small], by).map(({ name, bytes, connections }) => [
			name,
			bytes,
			connections.length,
		]);
	expect(told("host")).toEqual([
		["fd00:1::100", 1000, 1],
		["fd00:1::101", 200, 2],
	]);
	expect(told("uplink")).toEqual([
		["wan", 1000, 1],
		["", 200, 2],
	]);
	expect(told("rule")).toEqual([["", 1200, 3]]);
	expect(told("app")).toEqual([
		["HTTPS", 1000, 1],
		["", 200, 2],
	]);
});

test("what no port tells is together by its protocol", () => {
	const other = { ...small, protocol: "udp" };
	expect(groupConnections([small, other, small], "app").map(({ key }) => key)).toEqual([":tcp", ":udp"]);
});

test("an open group is followed by what is in it", () => {
	const items = listItems(groupConnections([connection, small, small], "uplink"), new Set([":tcp"]));
	expect(items.map((item) => (item.kind === "group" ? [item.group.name, item.open] : item.inner))).toEqual([
		["wan", false],
		["", true],
		true,
		true,
	]);
});

test("what of the log comes again takes the place of what was there", () => {
	const line = (atMs: number | null, message: string): LogLine => ({
		at_ms: atMs,
		when: "",
		level: "info",
		program: "polywan",
		message,
		fields: {},
	});
	const before = [line(1, "a"), line(2, "b")];
	const joined = joinLines(before, [line(2, "b"), line(2, "c"), line(3, "d")], 2);
	expect(joined.map(({ message }) => message)).toEqual(["a", "b", "c", "d"]);
	expect(joinLines([line(null, "a")], [line(null, "a"), line(null, "b")], 0).length).toBe(2);
});

test("a captive portal leads to a page of the web, or nowhere", () => {
	expect(portalAddress("redirected to http://portal.lan/login?x=1")).toBe("http://portal.lan/login?x=1");
	expect(portalAddress("redirected to javascript:alert(1)")).toBe(null);
	expect(portalAddress("redirected to /login")).toBe(null);
	expect(portalAddress("redirected to http://portal.lan/a-long-on...")).toBe(null);
	expect(portalAddress("status 200 instead of 204")).toBe(null);
});
