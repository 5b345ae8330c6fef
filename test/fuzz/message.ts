import type { Random } from "./random.ts";

/** Runs a check on generated input; what fails is shown with its input and seed. */
export function repeat(
	name: string,
	iterations: number,
	seed: number,
	make: () => readonly [input: Uint8Array | string, check: () => void],
): void {
	for (let i = 0; i < iterations; i++) {
		const [input, check] = make();
		try {
			check();
		} catch (error) {
			const shown = typeof input === "string" ? JSON.stringify(input) : hexOf(input);
			throw new Error(`${name}, seed ${seed}, iteration ${i}: ${shown}`, { cause: error });
		}
	}
}

function hexOf(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Flips, cuts, doubles and inserts, `times` times. */
export function mutate(random: Random, bytes: Uint8Array, times: number): Uint8Array {
	let changed = bytes.slice();
	for (let i = 0; i < times; i++) {
		const at = random.below(changed.length + 1);
		const kind = random.below(4);
		if (kind === 0 && at < changed.length) changed[at] = random.below(256);
		else if (kind === 1) changed = changed.slice(0, at);
		else if (kind === 2)
			changed = joined(changed.slice(0, at), random.bytes(random.below(8)), changed.slice(at));
		else changed = joined(changed.slice(0, at), changed.slice(Math.max(0, at - 8)));
	}
	return changed;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(parts.flatMap((part) => [...part]));
}
