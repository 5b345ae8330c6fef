import { type Problem, renderProblem } from "polywan-core/config/problem";
import { t } from "../words.ts";
import { SaidProblem } from "./said.tsx";

/** What is wrong in the configuration in force, as the CLI says it. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
	if (problems.length === 0) return null;
	return (
		<section class="notice warn" aria-label={t("overview.problems")}>
			<h2>{t("overview.problems")}</h2>
			<ul class="small">
				{problems.map((problem) => (
					<li key={renderProblem(problem)}>
						<SaidProblem problem={problem} />
					</li>
				))}
			</ul>
		</section>
	);
}
