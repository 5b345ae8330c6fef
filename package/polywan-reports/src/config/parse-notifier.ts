import type { SectionReader } from "polywan-core/config/section-reader";
import { parseUrl } from "../notify/url.ts";
import type { MailEncryption, Means, NotifierModel, Preset, Severity } from "./model.ts";
import { parseTls } from "./parse-tls.ts";
import { maskUrl, type Secrets } from "./secrets.ts";

/** A notify section; null when it is switched off or lacks what it cannot do without, which is a problem. */
export function parseNotifier(reader: SectionReader, secrets: Secrets): NotifierModel | null {
	const type = reader.stringOrNull("type");
	if (type === null && !reader.has("type")) reader.report("type", null, "is missing; nobody is told");
	const enabled = reader.boolean("enabled");
	const means = type === null ? null : parseMeans(reader, type, secrets);
	if (means === null || !enabled) return null;
	return {
		name: reader.name,
		kinds: reader.strings("event"),
		severity: reader.string("severity") as Severity,
		gatherMs: reader.number("gather"),
		perHour: reader.number("rate"),
		means,
	};
}

function parseMeans(reader: SectionReader, type: string, secrets: Secrets): Means | null {
	if (type === "webhook") return parseWebhook(reader, secrets);
	if (type === "mail") return parseMail(reader, secrets);
	if (type === "syslog") return { type };
	const program = reader.stringOrNull("program");
	if (program?.startsWith("/")) return { type: "script", program };
	reader.report("program", program, "must be the absolute path of a program; nobody is told");
	return null;
}

function parseWebhook(reader: SectionReader, secrets: Secrets): Means | null {
	const url = secrets.read(reader.name, "url") ?? reader.stringOrNull("url");
	const preset = reader.string("preset") as Preset;
	const chat = reader.stringOrNull("chat");
	if (url === null || parseUrl(url) === null) {
		const shown = url === null ? null : maskUrl(url);
		reader.report("url", shown, "must be an address such as http://host/path; nobody is told");
		return null;
	}
	if (preset === "telegram" && chat === null) reader.report("chat", null, "is missing; Telegram needs it");
	const template = reader.stringOrNull("template");
	if (template !== null && !isJson(template)) {
		reader.report("template", template, "must be JSON; nobody is told");
		return null;
	}
	return {
		type: "webhook",
		url,
		preset,
		template,
		chat,
		token: secrets.read(reader.name, "token"),
		hmacKey: secrets.read(reader.name, "hmac_key"),
		tls: parseTls(reader),
	};
}

function parseMail(reader: SectionReader, secrets: Secrets): Means | null {
	const server = reader.stringOrNull("server");
	const from = reader.stringOrNull("from");
	const to = reader.strings("to");
	if (server === null) reader.report("server", null, "is missing; nobody is told");
	const bad = [from ?? "", ...to].find((address) => !/^[^\s<>@]+@[^\s<>@]+$/.test(address));
	if (bad !== undefined || to.length === 0)
		reader.report(from === bad ? "from" : "to", bad ?? null, "must be a mail address; nobody is told");
	if (server === null || from === null || bad !== undefined || to.length === 0) return null;
	const username = reader.stringOrNull("username");
	const password = secrets.read(reader.name, "password");
	const encryption = reader.string("tls") as MailEncryption;
	const usual = encryption === "tls" ? 465 : encryption === "starttls" ? 587 : 25;
	const port = reader.has("port") ? reader.number("port") : usual;
	return { type: "mail", server, port, encryption, tls: parseTls(reader), username, password, from, to };
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
