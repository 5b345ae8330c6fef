/** Something in the configuration that is not as it must be. The part it names is left out or takes its default; the rest works. */
export interface Problem {
	/** UCI package, e.g. "polywan" or "network". */
	readonly config: string;
	/** Section name, or null when the whole file is meant. */
	readonly section: string | null;
	readonly option: string | null;
	/** The value as written. */
	readonly value: string | null;
	/** What is wrong and what is allowed, one sentence without the location. */
	readonly message: string;
	/** "error": the section or option is not used as written; "warning": it is used, but look at it. */
	readonly severity: "error" | "warning";
}

/** `polywan.wan.weight '-1': must be a whole number from 1 to 1000` */
export function renderProblem(problem: Problem): string {
	const place = [problem.config, problem.section, problem.option].filter((part) => part !== null).join(".");
	const value = problem.value === null ? "" : ` '${problem.value}'`;
	return `${place}${value}: ${problem.message}`;
}
