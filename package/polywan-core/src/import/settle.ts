import type { UciPackage } from "uci-parser/config";
import { parseModel } from "../config/parse.ts";
import type { Problem } from "../config/problem.ts";
import type { Draft } from "./draft.ts";
import type { ImportNote } from "./note.ts";

/** Every round takes something away, so this is never reached but by a fault. */
const MOST_ROUNDS = 1000;

/**
 * The configuration without what polywan would complain of: a value, or a section that cannot mean anything as a whole. Such
 * things meant nothing before either, or contradict each other.
 */
export function settle(drafts: readonly Draft[]): { config: UciPackage; notes: readonly ImportNote[] } {
	const notes: ImportNote[] = [];
	let kept = drafts;
	for (let round = 0; round < MOST_ROUNDS; round++) {
		const config = buildPackage(kept);
		const [problem] = parseModel(config, {}).problems;
		if (problem === undefined) return { config, notes };
		kept = withoutCause(kept, problem, notes);
	}
	return { config: buildPackage(kept), notes };
}

export function buildPackage(drafts: readonly Draft[]): UciPackage {
	return { name: "polywan", sections: drafts.map((draft, place) => draft.finish(generatedName(place))) };
}

function generatedName(place: number): string {
	return `import${place}`;
}

function withoutCause(drafts: readonly Draft[], problem: Problem, notes: ImportNote[]): readonly Draft[] {
	const { section, option, value, message } = problem;
	const place = drafts.findIndex((draft, index) => (draft.name ?? generatedName(index)) === section);
	const draft = drafts[place];
	if (draft === undefined) return drafts;
	const named = { section: draft.name, option, value };
	if (option !== null && draft.options.has(option) && draft.type !== "rule") {
		notes.push({
			...named,
			kind: "changed",
			message: `polywan's option ${option} is left out: it ${message}`,
		});
		const others = draft.list(option).filter((item) => item !== value);
		if (others.length > 0 && others.length < draft.list(option).length) draft.options.set(option, others);
		else draft.options.delete(option);
		return drafts;
	}
	notes.push({
		...named,
		option: null,
		value: null,
		kind: "lost",
		message: `as polywan's ${draft.type} it ${message}`,
	});
	return drafts.filter((other) => other !== draft);
}
