import { encodeBase64 } from "./base64.ts";
import type { Notice } from "./notice.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const BASE64_LINE = 76;
const encoder = new TextEncoder();

export interface Envelope {
	readonly from: string;
	readonly to: readonly string[];
}

/** A notice as a message of RFC 5322 with lines that end in CRLF. `id` is unique. */
export function renderMail({ from, to }: Envelope, notice: Notice, at: Date, id: string): string {
	const body = encodeBase64(encoder.encode(`${notice.text}\n`));
	return [
		`From: ${from}`,
		`To: ${to.join(", ")}`,
		`Subject: ${encodeWords(notice.title)}`,
		`Date: ${renderDate(at)}`,
		`Message-ID: <${id}@polywan>`,
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: base64",
		"Auto-Submitted: auto-generated",
		"",
		...(body.match(new RegExp(`.{1,${BASE64_LINE}}`, "g")) ?? []),
		"",
	].join("\r\n");
}

/** RFC 2047: words of at most 75 characters, none of which cuts a character in two. */
function encodeWords(text: string): string {
	const plain = text.replace(/\p{Cc}+/gu, " ");
	if (/^[\x20-\x7e]{0,60}$/.test(plain)) return plain;
	const words: string[] = [];
	let word = "";
	for (const character of plain) {
		if (encoder.encode(word + character).length > 42) {
			words.push(word);
			word = "";
		}
		word += character;
	}
	return [...words, word].map((part) => `=?utf-8?B?${encodeBase64(encoder.encode(part))}?=`).join("\r\n ");
}

/** In universal time. */
function renderDate(at: Date): string {
	const two = (value: number) => String(value).padStart(2, "0");
	const clock = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":");
	return `${DAYS[at.getUTCDay()]}, ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${clock} +0000`;
}
