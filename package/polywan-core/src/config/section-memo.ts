import type { UciSection } from "uci-parser/config";
import { Attached } from "../remember.ts";
import type { Problem } from "./problem.ts";

interface Known<T> {
	readonly surroundings: string;
	readonly value: T;
	readonly problems: readonly Problem[];
}

/**
 * What sections mean, kept for the next time: of a thousand a reload changes one. A section never changes, one that was written anew
 * is another.
 */
export class SectionMemo<T> {
	readonly #known = new Attached<UciSection, Known<T>>();

	/**
	 * `surroundings`: everything besides the section that `parse` looks at. What `parse` finds wrong is added to `problems`, now and
	 * whenever the section is met again.
	 */
	read(section: UciSection, surroundings: string, problems: Problem[], parse: (problems: Problem[]) => T): T {
		let known = this.#known.get(section);
		if (known === undefined || known.surroundings !== surroundings) {
			const own: Problem[] = [];
			known = { surroundings, value: parse(own), problems: own };
			this.#known.set(section, known);
		}
		for (const problem of known.problems) problems.push(problem);
		return known.value;
	}
}
