import { effect, signal } from "@preact/signals";
import { language } from "./words.ts";

/** Words of a part that is loaded later: English until those of the panel's language are there. */
export function lateWords<T>(english: T, loaders: Readonly<Record<string, () => Promise<T>>>) {
	const loaded = signal<T>(english);
	effect(() => {
		const tag = language.value;
		const load = loaders[tag];
		if (load === undefined) loaded.value = english;
		else
			load().then(
				(words) => {
					if (language.value === tag) loaded.value = words;
				},
				() => {},
			);
	});
	return loaded;
}
