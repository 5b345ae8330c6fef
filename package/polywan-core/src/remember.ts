/**
 * A memory of one result, for what is built again and again from what is mostly the very same. `inputs`: everything `build` looks at;
 * none of them ever changes in place.
 */
export class Remembered<T> {
	#inputs: readonly unknown[] = [];
	#known: { readonly value: T } | null = null;

	get(inputs: readonly unknown[], build: () => T): T {
		if (this.#known !== null && isSameList(this.#inputs, inputs)) return this.#known.value;
		const value = build();
		this.#inputs = inputs;
		this.#known = { value };
		return value;
	}
}

/**
 * What is known of objects that never change in place, kept with each object: it goes as soon as the object does. What a WeakMap has
 * of an object that is gone stays until QuickJS looks for cycles, and that may be megabytes later.
 */
export class Attached<K extends object, V> {
	readonly #key = Symbol();

	get(owner: K): V | undefined {
		return (owner as { readonly [key: symbol]: V | undefined })[this.#key];
	}

	/** Copies of the object do not have it. */
	set(owner: K, value: V): void {
		Object.defineProperty(owner, this.#key, { value, configurable: true });
	}
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
	if (one.length !== other.length) return false;
	for (let place = 0; place < one.length; place++) if (one[place] !== other[place]) return false;
	return true;
}

/** Whether two values of lists, plain objects and simple values are equal; what they share is not looked at. */
export function isEqual(one: unknown, other: unknown): boolean {
	if (one === other) return true;
	if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
	if (Array.isArray(one)) {
		if (!Array.isArray(other) || one.length !== other.length) return false;
		for (let place = 0; place < one.length; place++)
			if (one[place] !== other[place] && !isEqual(one[place], other[place])) return false;
		return true;
	}
	const [names, values] = [Object.keys(one), other as Record<string, unknown>];
	if (names.length !== Object.keys(other).length) return false;
	return names.every((name) => isEqual((one as Record<string, unknown>)[name], values[name]));
}
