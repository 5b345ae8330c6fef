import type { BlobTable, BlobValue } from "ubus-js/codec";
import { messageType, type OutgoingFields } from "ubus-js/message";
import type { Random } from "./random.ts";

const numbers = [
	0,
	1,
	-1,
	2 ** 31 - 1,
	-(2 ** 31),
	2 ** 31,
	2 ** 53 - 1,
	-(2 ** 53 - 1),
	0.5,
	-1e300,
	5e-324,
];
const words = [
	"",
	"a",
	"hello",
	"größe",
	"東京",
	"\ufeffmarked",
	"🙂",
	"__proto__",
	"constructor",
	"x".repeat(60),
	"1",
	"\u0001",
];
const paths = ["a", "a.b", "test", "test.*", "*", "good", ""];

/** A value ubus can carry, nested up to `depth`. */
export function randomValue(random: Random, depth: number): BlobValue {
	const kind = random.below(depth > 0 ? 10 : 8);
	if (kind === 0) return null;
	if (kind === 1) return random.oneIn(2);
	if (kind === 2) return random.pick(numbers);
	if (kind === 3) return random.below(2 ** 32) - 2 ** 31;
	if (kind === 4) return BigInt.asIntN(64, BigInt(random.below(2 ** 32)) << BigInt(random.below(64)));
	if (kind === 5) return random.bytes(1 + random.below(9));
	if (kind < 8) return random.oneIn(20) ? "half of a \ud83d" : random.pick(words);
	if (kind === 8) return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
	return randomTable(random, depth - 1);
}

export function randomTable(random: Random, depth: number): BlobTable {
	const table: BlobTable = {};
	for (let count = random.below(5); count > 0; count--) {
		const name = random.pick(words);
		const value = randomValue(random, depth);
		Object.defineProperty(table, name, { value, enumerable: true, writable: true, configurable: true });
	}
	return table;
}

/** Changes some bytes, cuts, or repeats a part. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
	const changed = bytes.slice();
	for (let count = random.below(4); count > 0 && changed.length > 0; count--) {
		const at = random.below(changed.length);
		changed[at] = random.pick([
			0,
			1,
			4,
			0x7f,
			0x80,
			0xff,
			random.below(256),
			(changed[at] ?? 0) ^ (1 << random.below(8)),
		]);
	}
	if (random.oneIn(6)) return changed.subarray(0, random.below(changed.length + 1));
	if (!random.oneIn(6)) return changed;
	const from = random.below(changed.length + 1);
	const part = changed.subarray(from, from + random.below(changed.length - from + 1));
	return Uint8Array.from([...changed.subarray(0, from), ...part, ...changed.subarray(from)]);
}

/** A message with attributes that may or may not fit its type; `ids` are ids that mean something. */
export function randomMessage(
	random: Random,
	ids: readonly number[],
): { type: number; fields: OutgoingFields } {
	const fields: OutgoingFields = {};
	if (random.oneIn(2)) fields.objectId = random.pick(ids);
	if (random.oneIn(3)) fields.targetId = random.pick(ids);
	if (random.oneIn(3)) fields.path = random.pick(paths);
	if (random.oneIn(2)) fields.method = random.pick(["register", "send", "add", "query", "echo", ""]);
	if (random.oneIn(4)) fields.status = random.below(16);
	if (random.oneIn(8)) fields.typeId = random.pick(ids);
	if (random.oneIn(3))
		fields.signature = random.oneIn(2) ? { echo: { n: 5 } } : random.bytes(random.below(20));
	if (random.oneIn(8)) fields.noReply = random.oneIn(2);
	if (random.oneIn(8)) fields.active = random.oneIn(2);
	if (random.oneIn(2)) fields.data = randomData(random, ids);
	return { type: random.oneIn(10) ? random.below(256) : random.below(messageType.monitor + 1), fields };
}

function randomData(random: Random, ids: readonly number[]): BlobTable | Uint8Array {
	if (random.oneIn(4)) return random.bytes(random.below(40));
	if (random.oneIn(3)) return { object: random.pick(ids) | 0, pattern: random.pick(paths) };
	if (random.oneIn(3)) return { id: random.pick(paths), data: randomTable(random, 1) };
	return randomTable(random, 2);
}
