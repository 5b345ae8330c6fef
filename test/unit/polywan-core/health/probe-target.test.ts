import { buildQuery, judgeReply, parseReply } from "polywan-core/health/probe-dns";
import { judgeHttpResponse, parseHttpResponse } from "polywan-core/health/probe-http";
import { familiesOfTarget, parseProbeTarget, renderForMethod } from "polywan-core/health/probe-target";
import { describe, expect, test } from "vitest";

describe("targets", () => {
	test.each([
		["192.0.2.1", { method: "ping", address: "192.0.2.1" }],
		["2001:DB8::1", { method: "ping", address: "2001:db8::1" }],
		["gateway", { method: "arp", address: null }],
		["nd://[fe80::1]", { method: "arp", address: "fe80::1" }],
		["tcp://[2001:db8::1]:443", { method: "tcp", host: "2001:db8::1", port: 443, send: null, expect: null }],
		[
			"tcp://a.example:25#expect=220%20",
			{ method: "tcp", host: "a.example", port: 25, send: null, expect: "220 " },
		],
		[
			"dns:example.com",
			{ method: "dns", server: null, port: 53, name: "example.com", type: 1, expect: null, overTcp: false },
		],
		[
			"dns://192.0.2.1/example.com?type=mx#tcp",
			{
				method: "dns",
				server: "192.0.2.1",
				port: 53,
				name: "example.com",
				type: 15,
				expect: null,
				overTcp: true,
			},
		],
		[
			"http://a.example:8080?x=1#status=301&redirects=2",
			{
				method: "http",
				tls: null,
				host: "a.example",
				port: 8080,
				path: "/?x=1",
				status: 301,
				header: null,
				body: null,
				redirects: 2,
			},
		],
		["http://a.example/generate_204", expect.objectContaining({ status: 204 })],
		[
			"plugin:modem?port 3#timeout=2&memory=64",
			{ method: "plugin", program: "modem", argument: "port 3", timeoutMs: 2000, memoryMb: 64 },
		],
		[
			"https://a.example/#ca=/etc/own&insecure&body=x",
			expect.objectContaining({
				method: "https",
				port: 443,
				body: "x",
				tls: { authorities: "/etc/own", insecure: true },
			}),
		],
		["script:/etc/check#timeout=9", { method: "script", path: "/etc/check", timeoutMs: 9000 }],
	])("%s", (text, target) => {
		expect(parseProbeTarget(text)).toEqual(target);
	});

	test.each([
		"https://a.example/#ca=relative",
		"http://a.example/#insecure",
		"tcp://a.example",
		"tcp://a.example:0",
		"tcp://a.example:80/x",
		"tcp://a.example:80#nonsense=1",
		"tcp://a.example:80#send=%zz",
		"dns://a.example/b",
		"dns:",
		"dns:a..b",
		"arp://2001:db8::1",
		"http://a example/",
		"http://a.example/ b",
		"http://[192.0.2.1]/x y",
		"plugin:../etc/passwd",
		"plugin:",
		"plugin:a#memory=0",
		"script:relative",
		"script:/a#timeout=0",
		"a.example",
		"",
	])("%j is refused", (text) => expect(parseProbeTarget(text)).toBeNull());

	test("families: by address, both for names and scripts", () => {
		const families = (text: string) => {
			const target = parseProbeTarget(text);
			return target === null ? [] : familiesOfTarget(target);
		};
		expect(families("tcp://192.0.2.1:1")).toEqual([4]);
		expect(families("http://[2001:db8::1]/")).toEqual([6]);
		expect(families("http://a.example/")).toEqual([4, 6]);
		expect(families("script:/x")).toEqual([4, 6]);
	});

	test("every method that asks addresses asks them in a way that can be read again", () => {
		for (const method of ["ping", "tcp", "dns", "http", "https"] as const)
			for (const address of ["192.0.2.1", "2001:db8::1"])
				expect(parseProbeTarget(renderForMethod(address, method) ?? "")?.method).toBe(method);
	});
});

describe("HTTP", () => {
	const judge = (url: string, answer: string, followed = 0) => {
		const target = parseProbeTarget(url);
		const response = parseHttpResponse(answer, true);
		if (target?.method !== "http" || response === null || response === "broken")
			throw new Error("not readable");
		return judgeHttpResponse(response, target, target.host, followed);
	};

	test.each([
		["http://a.example/", "HTTP/1.1 200 OK\r\n\r\nhello", "good"],
		["http://a.example/", "HTTP/1.1 301 Moved\r\nLocation: https://www.a.example/\r\n\r\n", "good"],
		["http://a.example/", "HTTP/1.1 302 Found\r\nLocation: http://login.hotel/\r\n\r\n", "portal"],
		[
			"http://a.example/#redirects=1",
			"HTTP/1.1 302 Found\r\nLocation: http://b.example/\r\n\r\n",
			"redirect",
		],
		["http://a.example/generate_204", "HTTP/1.1 204 No Content\r\n\r\n", "good"],
		["http://a.example/generate_204", "HTTP/1.1 200 OK\r\n\r\n<html>log in</html>", "portal"],
		["http://a.example/", "HTTP/1.1 511 Network Authentication Required\r\n\r\n", "portal"],
		["http://a.example/", "HTTP/1.1 503 Busy\r\n\r\n", "bad"],
		[
			"http://a.example/#body=hello",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
			"good",
		],
		["http://a.example/#body=hello", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello", "portal"],
		["http://a.example/#header=server: lab", "HTTP/1.1 200 OK\nServer: the box\n\n", "portal"],
		["http://a.example/#header=server: lab", "HTTP/1.1 200 OK\r\nServer: labrador\r\n\r\n", "good"],
	])("%s: %j is %s", (url, answer, kind) => expect(judge(url, answer).kind).toBe(kind));

	test("comes in pieces", () => {
		const text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
		for (let cut = 0; cut < text.length; cut++) {
			const early = parseHttpResponse(text.slice(0, cut), false);
			expect(early === null || (early !== "broken" && !early.complete)).toBe(true);
		}
		expect(parseHttpResponse(text, false)).toMatchObject({ status: 200, body: "body", complete: true });
		expect(parseHttpResponse("SSH-2.0", false)).toBe("broken");
	});
});

test("DNS: a record that was expected, another one, and an error", () => {
	const query = buildQuery(7, "a.example", 1);
	const reply = (code: number, last: number) =>
		parseReply(
			query,
			Uint8Array.from([
				...query.slice(0, 2),
				0x81,
				0x80 | code,
				0,
				1,
				0,
				1,
				0,
				0,
				0,
				0,
				...query.slice(12),
				0xc0,
				12,
				0,
				1,
				0,
				1,
				0,
				0,
				0,
				9,
				0,
				4,
				192,
				0,
				2,
				last,
			]),
		);
	const judge = (code: number, last: number) => {
		const parsed = reply(code, last);
		return parsed === null ? "unreadable" : judgeReply(parsed, "192.0.2.1");
	};
	expect(judge(0, 1)).toBeNull();
	expect(judge(0, 2)).toBe("the answer is 192.0.2.2 instead of 192.0.2.1");
	expect(judge(2, 1)).toMatch(/SERVFAIL/);
	expect(parseReply(buildQuery(8, "a.example", 1), query)).toBeNull();
});
