/** An IP version. Health, shares and routing tables are kept per family. */
export type Family = 4 | 6;

export const FAMILIES: readonly Family[] = [4, 6];

/** One value per family, indexed by 4 and 6. */
export type PerFamily<T> = { readonly 4: T; readonly 6: T };

export function perFamily<T>(build: (family: Family) => T): PerFamily<T> {
	return { 4: build(4), 6: build(6) };
}
