import { server, serverCount } from "../addresses.ts";

/** RFC 1035 and RFC 3596 numbers. */
const typeA = 1;
const typeAaaa = 28;
const classIn = 1;
const nameError = 3;

const ttlSeconds = 60;

/**
 * An authoritative answer to one question: server1.lab … server9.lab, at3.server1.lab (server 3), and example.com (server 1), A and AAAA;
 * other names do not exist. null: not a query.
 */
export function answerQuery(query: Uint8Array): Buffer | null {
	const message = Buffer.from(query);
	if (message.length < 17 || message.readUInt16BE(4) !== 1 || (message.readUInt8(2) & 0x80) !== 0)
		return null;
	const question = readQuestion(message);
	if (!question) return null;
	const known = lookUp(question.name);
	const address =
		question.type === typeA ? known?.ipv4 : question.type === typeAaaa ? known?.ipv6 : undefined;
	const header = Buffer.alloc(12);
	header.writeUInt16BE(message.readUInt16BE(0), 0);
	// QR, AA, RD as asked, RA
	header.writeUInt16BE(0x8480 | (message.readUInt16BE(2) & 0x0100) | (known ? 0 : nameError), 2);
	header.writeUInt16BE(1, 4);
	header.writeUInt16BE(address ? 1 : 0, 6);
	const parts: Buffer[] = [header, message.subarray(12, question.end)];
	if (address) parts.push(resourceRecord(question.type, packAddress(address)));
	return Buffer.concat(parts);
}

function lookUp(name: string): { ipv4: string; ipv6: string } | null {
	const found = /^server(\d)\.lab$/.exec(name) ?? /^at(\d)\.server\d\.lab$/.exec(name);
	const number = Number(found?.[1] ?? (name === "example.com" ? 1 : 0));
	return number >= 1 && number <= serverCount ? server(number) : null;
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } | null {
	const labels: string[] = [];
	let at = 12;
	for (;;) {
		const length = message[at];
		if (length === undefined || length > 63) return null;
		at += 1;
		if (length === 0) break;
		labels.push(message.toString("latin1", at, at + length).toLowerCase());
		at += length;
	}
	if (at + 4 > message.length || message.readUInt16BE(at + 2) !== classIn) return null;
	return { name: labels.join("."), type: message.readUInt16BE(at), end: at + 4 };
}

function resourceRecord(type: number, data: Buffer): Buffer {
	const fixed = Buffer.alloc(12);
	// The name is a pointer to the question's.
	fixed.writeUInt16BE(0xc00c, 0);
	fixed.writeUInt16BE(type, 2);
	fixed.writeUInt16BE(classIn, 4);
	fixed.writeUInt32BE(ttlSeconds, 6);
	fixed.writeUInt16BE(data.length, 10);
	return Buffer.concat([fixed, data]);
}

function packAddress(address: string): Buffer {
	if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
	const [head = "", tail = ""] = address.split("::");
	const words = (text: string) => (text ? text.split(":") : []);
	const missing = 8 - words(head).length - words(tail).length;
	const all = [...words(head), ...new Array<string>(missing).fill("0"), ...words(tail)];
	return Buffer.from(all.map((word) => word.padStart(4, "0")).join(""), "hex");
}
