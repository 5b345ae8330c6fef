import {
	buildBindingRequest,
	parseBindingAnswer,
	parseStunServer,
	TRANSACTION_BYTES,
} from "polywan-core/stun/message";
import { mutate, repeat } from "./message.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets = [{ name: "stun", run: fuzzStun }];

/** Whatever comes: no exception, nothing for another transaction, addresses and ports in range, and what was built is read. */
export function fuzzStun(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	repeat("stun", iterations, seed, () => {
		const transaction = random.bytes(TRANSACTION_BYTES);
		const request = buildBindingRequest(transaction, { address: random.oneIn(2), port: random.oneIn(2) });
		if (parseBindingAnswer(transaction, request) !== null) throw new Error("a request is no answer");
		const family = random.oneIn(2) ? 1 : 2;
		const port = random.below(65_536);
		const whole = answer(random, transaction, family, port);
		const isWhole = random.oneIn(3);
		const bytes = isWhole
			? whole
			: random.oneIn(5)
				? random.bytes(random.below(80))
				: mutate(random, whole, 1 + random.below(4));
		return [
			bytes,
			() => {
				const parsed = parseBindingAnswer(transaction, bytes);
				if (isWhole && (parsed?.kind !== "success" || parsed.mapped.port !== port))
					throw new Error("a whole answer is not read");
				if (parsed?.kind === "success")
					for (const endpoint of [parsed.mapped, parsed.other ?? parsed.mapped]) {
						if (!(endpoint.port >= 0 && endpoint.port <= 65_535)) throw new Error("a port out of range");
						const text = endpoint.address.includes(":") ? `[${endpoint.address}]` : endpoint.address;
						if (parseStunServer(`${text}:1`) === null) throw new Error(`no address: ${endpoint.address}`);
					}
				if (parsed?.kind === "error" && !(parsed.code >= 0 && parsed.code < 1000))
					throw new Error("a code out of range");
			},
		];
	});
}

function answer(random: Random, transaction: Uint8Array, family: number, port: number): Uint8Array {
	const mask = [0x21, 0x12, 0xa4, 0x42, ...transaction];
	const address = [...random.bytes(family === 1 ? 4 : 16)];
	const xored = [
		0,
		family,
		(port >> 8) ^ 0x21,
		(port & 255) ^ 0x12,
		...address.map((byte, i) => byte ^ (mask[i] ?? 0)),
	];
	const body = [
		...(random.oneIn(3) ? attribute(0x8022, [...random.bytes(random.below(20))]) : []),
		...attribute(0x0020, xored),
		...(random.oneIn(2) ? attribute(0x802c, [0, family, 1, 2, ...address]) : []),
	];
	return Uint8Array.from([1, 1, body.length >> 8, body.length & 255, ...mask, ...body]);
}

function attribute(type: number, value: readonly number[]): number[] {
	const padding = Array.from({ length: (4 - (value.length % 4)) % 4 }, () => 0);
	return [type >> 8, type & 255, value.length >> 8, value.length & 255, ...value, ...padding];
}
