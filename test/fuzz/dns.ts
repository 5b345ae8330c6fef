import { buildQuery, judgeReply, parseDnsType, parseReply } from "polywan-core/health/probe-dns";
import { mutate, repeat } from "./message.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets = [{ name: "dns", run: fuzzDns }];

const NAMES = [".", "example.com", "a.b.c.d.e.f", "xn--bcher-kva.example", "_sip._tcp.example.org"];
const TYPES = ["A", "AAAA", "NS", "MX", "TXT", "SRV", "SOA", "CNAME", "ANY", "TYPE65280"];

/** Whatever comes for a query: no exception, no endless pointer, records in a sane number and size, and only what was asked. */
export function fuzzDns(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	repeat("dns", iterations, seed, () => {
		const type = parseDnsType(random.pick(TYPES)) ?? 1;
		const id = random.below(65_536);
		const query = buildQuery(id, random.pick(NAMES), type);
		const bytes = random.oneIn(6)
			? random.bytes(random.below(300))
			: mutate(random, answer(random, query, type), random.oneIn(3) ? 0 : 1 + random.below(4));
		return [
			bytes,
			() => {
				const reply = parseReply(query, bytes);
				if (reply === null) return;
				if ((((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) !== id)
					throw new Error("the answer to another question");
				if (reply.records.length > 64) throw new Error("too many records");
				for (const record of reply.records)
					if (record.length > 200_000) throw new Error("a record longer than a message can hold");
				judgeReply(reply, random.oneIn(2) ? null : (reply.records[0] ?? "192.0.2.1"));
				const [first] = reply.records;
				if (reply.failure === null && first !== undefined && judgeReply(reply, first) !== null)
					throw new Error("a record that is there is not found");
			},
		];
	});
}

function answer(random: Random, query: Uint8Array, type: number): Uint8Array {
	const parts: number[] = [...query];
	parts[2] = 0x80 | random.below(4);
	parts[3] = random.oneIn(4) ? random.below(16) : 0;
	const count = random.below(6);
	parts[7] = random.oneIn(10) ? random.below(256) : count;
	for (let i = 0; i < count; i++) {
		parts.push(...(random.oneIn(3) ? [0xc0, random.below(80)] : [1, 97, 0]));
		const own = random.oneIn(4) ? random.below(300) : type;
		const data = dataOf(random, own);
		parts.push(own >> 8, own & 255, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 255, ...data);
	}
	return Uint8Array.from(parts);
}

function dataOf(random: Random, type: number): readonly number[] {
	const name = random.oneIn(2) ? [0xc0, random.below(120)] : [3, 119, 119, 119, 0xc0, 12];
	if (type === 1) return [192, 0, 2, random.below(256)];
	if (type === 28) return [...random.bytes(16)];
	if (type === 15) return [0, 10, ...name];
	if (type === 33) return [0, 1, 0, 2, 0, 80, ...name];
	if (type === 16) return [random.below(6), 97, 98, 99];
	return random.oneIn(2) ? name : [...random.bytes(random.below(40))];
}
