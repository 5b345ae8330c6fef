import { type Problem, renderProblem } from "polywan-core/config/problem";
import { saying } from "../words.ts";

/** A sentence of the router's own, in the reader's language where it is known there. */
export function Said({ text }: { readonly text: string }) {
	const said = saying.value(text);
	return (
		<span lang={said === text ? "en" : undefined} dir="auto">
			{said}
		</span>
	);
}

/** With the place it is about. */
export function SaidProblem({ problem }: { readonly problem: Problem }) {
	return <>{renderProblem({ ...problem, message: saying.value(problem.message) })}</>;
}
