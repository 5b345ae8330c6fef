import { createHash, createHmac, randomBytes } from "node:crypto";
import { severityOf } from "polywan-core/event-severity";
import { parseTimeZone, UTC } from "polywan-core/schedule/time-zone";
import { describe, expect, test } from "vitest";
import type { WebhookModel } from "../../../package/polywan-reports/src/config/model.ts";
import { maskSecrets, maskUrl } from "../../../package/polywan-reports/src/config/secrets.ts";
import { parseBacklog, renderBacklog } from "../../../package/polywan-reports/src/notify/backlog.ts";
import { encodeBase64 } from "../../../package/polywan-reports/src/notify/base64.ts";
import { Gatherer } from "../../../package/polywan-reports/src/notify/gatherer.ts";
import { renderMail } from "../../../package/polywan-reports/src/notify/mail-message.ts";
import { buildNotice } from "../../../package/polywan-reports/src/notify/notice.ts";
import { hmacSha256, renderHex, sha256 } from "../../../package/polywan-reports/src/notify/sha256.ts";
import { parseReplyLine } from "../../../package/polywan-reports/src/notify/smtp-reply.ts";
import { parseUrl } from "../../../package/polywan-reports/src/notify/url.ts";
import { buildWebhookRequest } from "../../../package/polywan-reports/src/notify/webhook-request.ts";
import { event } from "./fixture.ts";

const decoder = new TextDecoder();

test("SHA-256, HMAC and base64 agree with Node's at every length around a block", () => {
	for (let length = 0; length < 200; length++) {
		const [data, key] = [randomBytes(length), randomBytes(length % 90)];
		expect(renderHex(sha256(data))).toBe(createHash("sha256").update(data).digest("hex"));
		expect(renderHex(hmacSha256(key, data))).toBe(createHmac("sha256", key).update(data).digest("hex"));
		expect(encodeBase64(data)).toBe(data.toString("base64"));
	}
});

describe("when events are told", () => {
	const model = { kinds: [], severity: "warning", gatherMs: 5000, perHour: 2 } as const;
	const down = event();
	const up = event({ from: "recovering", to: "up" });

	test("those within the time make one message", () => {
		const gatherer = new Gatherer(model);
		gatherer.add([down], 1000);
		gatherer.add([event({ uplink: "wanb" })], 4000);
		expect(gatherer.dueAtMs(4000)).toBe(6000);
		expect(gatherer.take(5000)).toEqual([]);
		expect(gatherer.take(6000)).toHaveLength(2);
		expect(gatherer.dueAtMs(6000)).toBeNull();
	});

	test("no more messages an hour than allowed; what came meanwhile is in the next", () => {
		const gatherer = new Gatherer(model);
		let messages = 0;
		let events = 0;
		for (let second = 0; second < 3600; second++) {
			gatherer.add([down], second * 1000);
			const taken = gatherer.take(second * 1000);
			messages += taken.length > 0 ? 1 : 0;
			events += taken.length;
		}
		expect(messages).toBeLessThanOrEqual(4);
		expect(events).toBeGreaterThan(500);
	});

	test("that it is over is told to those alone who were told of the trouble", () => {
		const gatherer = new Gatherer({ ...model, gatherMs: 0 });
		gatherer.add([up], 0);
		expect(gatherer.take(0)).toEqual([]);
		gatherer.add([down, up], 1);
		expect(gatherer.take(1)).toEqual([down, up]);
		gatherer.add([up], 2);
		expect(gatherer.take(2)).toEqual([]);
	});

	test("that the daemon is back is told to those who were told that it was gone", () => {
		const gatherer = new Gatherer({ ...model, gatherMs: 0 });
		const daemon = (reason: string) =>
			event({ kind: "daemon", uplink: null, family: null, to: null, reason });
		const [started, gone] = [daemon("started"), daemon("cannot be reached; …")];
		gatherer.add([started, gone, started, started], 0);
		expect(gatherer.take(0)).toEqual([gone, started]);
	});

	test("kinds and severity choose", () => {
		const gatherer = new Gatherer({ ...model, gatherMs: 0, kinds: ["repair"], severity: "info" });
		gatherer.add([down, event({ kind: "repair", to: null }), event({ kind: "config", to: null })], 0);
		expect(gatherer.take(0).map(({ kind }) => kind)).toEqual(["repair"]);
		expect(severityOf(event({ to: "degraded" }))).toBe("warning");
		expect(severityOf(event({ kind: "apply", to: null }))).toBe("error");
	});
});

test("what was not told outlives a restart, and a damaged file does no harm", () => {
	const model = { kinds: [], severity: "warning", gatherMs: 5000, perHour: 2 } as const;
	const first = new Gatherer(model);
	first.add([event()], 1000);
	const waiting = [buildNotice("router", [event({ uplink: "wanb" })], UTC)];
	const backlog = parseBacklog(renderBacklog({ waiting, ...first.saved }));
	expect(backlog.waiting).toEqual(waiting);
	const next = new Gatherer(model);
	next.restore(backlog, 0);
	// That it is over is told to who is told of the trouble, by whichever program.
	next.add([event({ from: "recovering", to: "up" })], 10);
	expect(next.take(5000).map(({ to }) => to)).toEqual(["down", "up"]);
	for (const text of [
		"",
		"null",
		"[]",
		'{"format":2}',
		'{"format":1,"waiting":[null,{"text":1}],"gathered":{}}',
	])
		expect(parseBacklog(text)).toEqual({ waiting: [], gathered: [], troubled: [] });
});

test("a notice of many events is short", () => {
	const notice = buildNotice(
		"router",
		Array.from({ length: 100 }, (_, i) => (i === 50 ? event() : event({ kind: "shares", to: null }))),
		parseTimeZone("CET-1CEST,M3.5.0,M10.5.0/3") ?? UTC,
	);
	expect(notice).toMatchObject({
		severity: "warning",
		count: 100,
		title: "router: wan IPv4: up → down, and 99 more",
	});
	expect(notice.text.split("\n")).toHaveLength(21);
	expect(notice.text).toMatch(/^2025-10-09 10:53:21 wan IPv4: /);
	expect(buildNotice("router", [event()], UTC).title).toBe(
		"router: wan IPv4: up → down (3 targets do not answer)",
	);
});

describe("webhooks", () => {
	const model: WebhookModel = {
		type: "webhook",
		url: "http://192.0.2.1/hook",
		preset: "json",
		template: null,
		chat: null,
		token: null,
		hmacKey: null,
		tls: { authorities: null, insecure: false, own: null },
	};
	const notice = buildNotice("router", [event({ reason: 'says "no" <b> & {title}' })], UTC);
	const build = (change: Partial<WebhookModel>) => {
		const { headers, body } = buildWebhookRequest({ ...model, ...change }, notice);
		return { headers: Object.fromEntries(headers), text: decoder.decode(body) };
	};

	test("each preset sends what its service wants", () => {
		expect(JSON.parse(build({}).text)).toMatchObject({ host: "router", severity: "warning", count: 1 });
		expect(JSON.parse(build({ preset: "slack" }).text).text).toContain("&lt;b&gt; &amp;");
		expect(JSON.parse(build({ preset: "discord" }).text)).toMatchObject({ allowed_mentions: { parse: [] } });
		expect(JSON.parse(build({ preset: "telegram", chat: "-100" }).text)).toMatchObject({ chat_id: "-100" });
		const ntfy = build({ preset: "ntfy", token: "tk_1" });
		expect(ntfy.text).toBe(notice.text);
		expect(ntfy.headers).toMatchObject({ Priority: "4", Authorization: "Bearer tk_1" });
		expect(ntfy.headers.Title).toMatch(/^[\x20-\x7e]+$/);
		const { headers } = buildWebhookRequest(
			{ ...model, preset: "ntfy" },
			buildNotice("Häus", [event()], UTC),
		);
		const [, title = ""] = /^=\?UTF-8\?B\?(.*)\?=$/.exec(new Map(headers).get("Title") ?? "") ?? [];
		expect(Buffer.from(title, "base64").toString()).toMatch(/^Häus: wan IPv4: up -> down/);
	});

	test("a template stays JSON whatever an event holds", () => {
		const { text } = build({ template: '{"a":["{title}"],"n":1,"b":"{count}x{severity}"}' });
		expect(JSON.parse(text)).toEqual({ a: [notice.title], n: 1, b: "1xwarning" });
	});

	test("the signature is over the body", () => {
		const { headers, text } = build({ hmacKey: "key" });
		const wanted = createHmac("sha256", "key").update(text).digest("hex");
		expect(headers["X-Polywan-Signature"]).toBe(`sha256=${wanted}`);
	});

	test("addresses", () => {
		expect(parseUrl("http://u:p@192.0.2.1:8080/a?b=c")).toEqual({
			secure: false,
			host: "192.0.2.1",
			port: 8080,
			path: "/a?b=c",
			credentials: "u:p",
		});
		expect(parseUrl("https://[2001:db8::1]")).toMatchObject({ host: "2001:db8::1", port: 443, path: "/" });
		for (const bad of [
			"",
			"ftp://a/",
			"http://",
			"http://a b/",
			"http://a/\r\nX: y",
			"http://a:0/",
			"http://a:99999/",
		])
			expect(parseUrl(bad), bad).toBeNull();
		expect(maskUrl("https://hooks.example.org/services/T0/B0/secret?x")).toBe(
			"https://hooks.example.org/***",
		);
		expect(maskUrl("https://user:secret@example.org/")).toBe("https://example.org/***");
		expect(maskSecrets("a s3 b s3", ["s3", null, ""])).toBe("a *** b ***");
	});
});

test("a mail has short ASCII lines, and a subject that says what happened", () => {
	const notice = buildNotice("router", [event({ reason: "ü".repeat(200) })], UTC);
	const mail = renderMail(
		{ from: "a@example.org", to: ["b@example.org", "c@example.org"] },
		notice,
		new Date(0),
		"1.2",
	);
	expect(mail).toMatch(/^[\x20-\x7e\r\n]*$/);
	for (const line of mail.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
	expect(mail).toContain("Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n");
	const subject = /^Subject: ((?:.*\r\n )*.*)\r\n/m.exec(mail)?.[1] ?? "";
	const words = [...subject.matchAll(/=\?utf-8\?B\?(.*?)\?=/g)].map(([, text = ""]) =>
		Buffer.from(text, "base64"),
	);
	expect(words.map((word) => word.toString()).join("")).toBe(notice.title);
	const [, body = ""] = mail.split("\r\n\r\n");
	expect(Buffer.from(body, "base64").toString()).toBe(`${notice.text}\n`);
});

test("replies of a mail server", () => {
	expect(parseReplyLine("250-AUTH PLAIN")).toEqual({ code: 250, text: "AUTH PLAIN", more: true });
	expect(parseReplyLine("250 ok")).toMatchObject({ more: false });
	expect(parseReplyLine("354")).toMatchObject({ code: 354, text: "" });
	for (const bad of ["", "25", "2500 x", "999 x", "abc"]) expect(parseReplyLine(bad)).toBeNull();
});
