import type { WebhookModel } from "../config/model.ts";
import { encodeBase64 } from "./base64.ts";
import type { Notice } from "./notice.ts";
import { hmacSha256, renderHex } from "./sha256.ts";

/** What is sent by POST. */
export interface WebhookRequest {
	readonly headers: readonly (readonly [string, string])[];
	readonly body: Uint8Array;
}

/** Discord's limit of a message's content. */
const MOST_DISCORD_CHARACTERS = 2000;
const encoder = new TextEncoder();

/** A notice as the receiver wants it. A signature is over the body: `X-Polywan-Signature: sha256=<hex>`. */
export function buildWebhookRequest(model: WebhookModel, notice: Notice): WebhookRequest {
	const isPlain = model.template === null && model.preset === "ntfy";
	const body = encoder.encode(isPlain ? notice.text : JSON.stringify(buildBody(model, notice)));
	const headers: [string, string][] = [
		["Content-Type", isPlain ? "text/plain; charset=utf-8" : "application/json"],
		["User-Agent", "polywan"],
	];
	if (isPlain) {
		headers.push(["Title", encodeTitle(notice.title)]);
		headers.push(["Priority", { info: "2", warning: "4", error: "5" }[notice.severity]]);
		headers.push(["Tags", notice.severity === "info" ? "white_check_mark" : "warning"]);
	}
	if (model.token !== null) headers.push(["Authorization", `Bearer ${encodeHeader(model.token)}`]);
	if (model.hmacKey !== null) {
		const signature = renderHex(hmacSha256(encoder.encode(model.hmacKey), body));
		headers.push(["X-Polywan-Signature", `sha256=${signature}`]);
	}
	return { headers, body };
}

function buildBody({ preset, template, chat }: WebhookModel, notice: Notice): unknown {
	if (template !== null) return fill(JSON.parse(template), notice);
	const { host, severity, title, text, count, events } = notice;
	switch (preset) {
		case "slack":
			return { text: `*${escapeSlack(title)}*\n${escapeSlack(text)}` };
		case "discord":
			return {
				content: `**${title}**\n${text}`.slice(0, MOST_DISCORD_CHARACTERS),
				allowed_mentions: { parse: [] },
			};
		case "telegram":
			return { chat_id: chat, text: `${title}\n${text}`, disable_web_page_preview: true };
		default:
			return { host, severity, title, text, count, events };
	}
}

/** Replaces {title} and so on in every text of a JSON value, so that no text can break out of its place. */
function fill(value: unknown, notice: Notice): unknown {
	if (typeof value === "string")
		return value.replace(/\{(title|text|severity|host|count)\}/g, (_, name: "title") => String(notice[name]));
	if (Array.isArray(value)) return value.map((entry) => fill(entry, notice));
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry, notice)]));
}

/** Slack's three control characters. */
function escapeSlack(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** As ntfy reads it: RFC 2047, for a house whose name is not ASCII. */
function encodeTitle(title: string): string {
	const spelled = title.replaceAll("→", "->").replace(/\p{Cc}+/gu, " ");
	return /^[\x20-\x7e]*$/.test(spelled) ? spelled : `=?UTF-8?B?${encodeBase64(encoder.encode(spelled))}?=`;
}

/** One line of ASCII: arrows and dashes are spelled, anything else becomes "?". */
function encodeHeader(text: string): string {
	return text
		.replaceAll("→", "->")
		.replace(/\p{Cc}+/gu, " ")
		.replace(/[^\x20-\x7e]/g, "?");
}
