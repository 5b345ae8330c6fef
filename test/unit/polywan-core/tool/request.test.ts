import { filterProblem, hostProblem, parseToolRequest, ToolRequestError } from "polywan-core/tool/request";
import { describe, expect, it, test } from "vitest";

test.each([
	"192.0.2.1",
	"2001:db8::1",
	"example.com",
	"example.com.",
	"router",
	"_sip._tcp.example.com",
	"xn--bcher-kva.example",
])("%s is a host", (host) => {
	expect(hostProblem(host)).toBeNull();
});

test.each([
	"",
	"-f",
	"a b",
	"$(reboot)",
	"`id`",
	"a;b",
	"192.0.2.256",
	"1.2.3",
	"a..b",
	"host\n",
	`${"a".repeat(64)}.de`,
	"a|b",
	"fe80::1%eth0",
])("'%s' is no host", (host) => {
	expect(hostProblem(host)).toMatch(/^must be an address or the name of a host/);
});

test.each([
	"",
	"host 192.0.2.1 and port 443",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"not (ether host 00:11:22:33:44:55)",
	"net 10.0.0.0/8 or vlan",
])("'%s' may be a filter", (filter) => {
	expect(filterProblem(filter)).toBeNull();
});

test.each([
	"-w /etc/passwd",
	"icmp; reboot",
	"host `id`",
	"port $PORT",
	"host 'x'",
	'host "x"',
	"icmp\nudp",
	"a".repeat(257),
])("'%s' is no filter", (filter) => {
	expect(filterProblem(filter)).toMatch(/^must /);
});

describe("what is asked for", () => {
	it("has what its kind uses, and the usual where nothing is said", () => {
		expect(parseToolRequest({ kind: "ping", uplink: "wan", host: " example.com ", filter: "icmp" })).toEqual({
			kind: "ping",
			uplink: "wan",
			host: "example.com",
			family: null,
			recordType: null,
			filter: "",
			bytes: 1_000_000,
			seconds: 30,
		});
		expect(
			parseToolRequest({ kind: "dns", uplink: "wan", host: "a.de", type: "mx", family: "ipv6" }),
		).toMatchObject({
			recordType: "MX",
			family: "ipv6",
		});
		expect(parseToolRequest({ kind: "support", uplink: "wan", host: "x" })).toMatchObject({
			uplink: null,
			host: null,
		});
		expect(parseToolRequest({ kind: "capture", uplink: "wan", bytes: 10_000n, seconds: 300 })).toMatchObject({
			bytes: 10_000,
			seconds: 300,
		});
	});

	it.each([
		[{ kind: "rm" }, "kind"],
		[{ kind: "stun", uplink: "--help" }, "uplink"],
		[{ kind: "stun", uplink: "" }, "uplink"],
		[{ kind: "stun", uplink: 1 }, "uplink"],
		[{ kind: "ping", uplink: "wan" }, "host"],
		[{ kind: "ping", uplink: "wan", host: "--count=1" }, "host"],
		[{ kind: "ping", uplink: "wan", host: "a", family: "6" }, "family"],
		[{ kind: "dns", uplink: "wan", host: "a", type: "--server=1" }, "type"],
		[{ kind: "capture", uplink: "wan", filter: "-z reboot" }, "filter"],
		[{ kind: "capture", uplink: "wan", bytes: 9_000_000 }, "bytes"],
		[{ kind: "capture", uplink: "wan", seconds: 0 }, "seconds"],
		[{ kind: "capture", uplink: "wan", seconds: 1.5 }, "seconds"],
	])("%j is refused by the name of its argument", (args, argument) => {
		expect(() => parseToolRequest(args)).toThrow(ToolRequestError);
		expect(() => parseToolRequest(args)).toThrow(new RegExp(`^${argument} must be `));
	});
});
