import { randomBytes } from "node:crypto";

/** Ids below are ubusd's own objects. */
export const firstDynamicId = 1024;

/** A random id nobody in `taken` has. */
export function newId(taken: ReadonlyMap<number, unknown>): number {
	for (;;) {
		const id = randomBytes(4).readUInt32BE();
		if (id >= firstDynamicId && !taken.has(id)) return id;
	}
}
