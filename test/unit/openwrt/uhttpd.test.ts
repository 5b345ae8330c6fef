import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseSettings } from "../../openwrt/uhttpd/settings.ts";
import { TestWeb } from "./web.ts";

let web: TestWeb;
beforeEach(async () => {
	web = await TestWeb.start();
});
afterEach(() => web.close());

describe("files", () => {
	beforeEach(() => {
		mkdirSync(join(web.root, "sub/deep"), { recursive: true });
		writeFileSync(join(web.root, "index.html"), "<p>root");
		writeFileSync(join(web.root, "sub/app.1234.js"), "x".repeat(100_000));
		writeFileSync(join(web.root, "secret"), "s", { mode: 0o600 });
	});

	test("an ETag, no Cache-Control, never compressed, 304 when unchanged", async () => {
		const url = `${web.base}/sub/app.1234.js`;
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
		writeFileSync(join(web.root, "sub/app.1234.js"), "changed");
		expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(200);
	});
	test("directories: index, redirect, list", async () => {
		expect(await (await fetch(`${web.base}/`)).text()).toBe("<p>root");
		const redirect = await fetch(`${web.base}/sub?a=b`, { redirect: "manual" });
		expect([redirect.status, redirect.headers.get("location")]).toEqual([302, "/sub/?a=b"]);
		expect(await (await fetch(`${web.base}/sub/`)).text()).toContain("<a href='/sub/deep/'>deep/</a>");
	});
	test("what is not there or not for others", async () => {
		expect((await fetch(`${web.base}/nothing`)).status).toBe(404);
		expect((await fetch(`${web.base}/index.html/more`)).status).toBe(200);
		expect((await fetch(`${web.base}/secret`)).status).toBe(403);
		expect((await fetch(`${web.base}/%zz`)).status).toBe(404);
		expect((await fetch(`${web.base}/index.html`, { method: "DELETE" })).status).toBe(405);
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
		httpRequest(web.base, { path, agent }, (response) => {
			response.resume();
			resolve(response.statusCode);
		})
			.on("error", reject)
			.end();
	});
}

describe("CGI", () => {
	function script(name: string, text: string): void {
		mkdirSync(join(web.root, "cgi-bin"), { recursive: true });
		writeFileSync(join(web.root, "cgi-bin", name), `#!/bin/sh\n${text}\n`);
		chmodSync(join(web.root, "cgi-bin", name), 0o755);
	}

	test("head, body, environment, input", async () => {
		script(
			"x",
			'printf "Status: 201 Made\\r\\nContent-Type: text/plain\\r\\nX-A: b\\r\\n\\r\\n"; echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING"; cat',
		);
		const response = await fetch(`${web.base}/cgi-bin/x/a/b?c=d`, { method: "POST", body: "input" });
		expect(response.status).toBe(201);
		expect(response.headers.get("x-a")).toBe("b");
		expect(await response.text()).toBe("POST /a/b c=d\ninput");
	});
	test("one that says nothing, one that may not run, one that hangs", async () => {
		script("silent", "exit 0");
		script("hangs", "exec sleep 60");
		script("closed", "echo");
		chmodSync(join(web.root, "cgi-bin/closed"), 0o644);
		expect((await fetch(`${web.base}/cgi-bin/silent`)).status).toBe(502);
		expect((await fetch(`${web.base}/cgi-bin/closed`)).status).toBe(403);
		expect((await fetch(`${web.base}/cgi-bin/hangs`)).status).toBe(502);
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
