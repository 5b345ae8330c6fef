import type { ConnectionStatus } from "polywan-core/status";
import { expect, test } from "vitest";
import {
	criteriaOf,
	groupByHost,
	mentions,
	renderEnd,
} from "../../../ui/src/connections/connection-query.ts";
import { renderCsv } from "../../../ui/src/page/csv.ts";

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
		]),
	).toBe('uplink,ms\r\n"a,""b""",\r\n\'=1+1,-2.5\r\n');
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

test("hosts come by their data, both ways", () => {
	const small = { ...connection, source: "fd00:1::101", received_bytes: 0 };
	expect(groupByHost([small, connection, small])).toEqual([
		{ host: "fd00:1::100", count: 1, bytes: 1000 },
		{ host: "fd00:1::101", count: 2, bytes: 200 },
	]);
});
