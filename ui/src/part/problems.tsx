import { type Problem, renderProblem } from "polywan-core/config/problem";
import { t } from "../words.ts";

/** What is wrong in the configuration in force, in the words the CLI uses. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
	if (problems.length === 0) return null;
	return (
		<section class="notice warn" aria-label={t("overview.problems")}>
			<h2>{t("overview.problems")}</h2>
			<ul class="small">
				{problems.map((problem) => (
					<li key={renderProblem(problem)} lang="en">
						{renderProblem(problem)}
					</li>
				))}
			</ul>
		</section>
	);
}
