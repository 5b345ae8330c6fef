import type { BackupReview, ReviewedFile } from "polywan-core/backup/review";
import { renderProblem } from "polywan-core/config/problem";
import { DifferenceList } from "../edit/change-bar.tsx";
import type { ConfigPackage } from "../edit/config.ts";
import { buildDifferences } from "../edit/differences.ts";
import { base, reports } from "../edit/staging.ts";
import { formatMoment } from "../format.ts";
import { toConfig } from "../import/imported.ts";
import { useLoaded } from "../loaded.ts";
import { SaidProblem } from "../part/said.tsx";
import { nowMs } from "../store.ts";
import { language } from "../words.ts";
import { tb } from "./words.ts";

/** What a backup would change, before anything is changed. */
export function BackupPreview(props: {
	readonly name: string;
	readonly review: BackupReview;
	readonly busy: boolean;
	/** Edits wait to be applied: they would get mixed up with it. */
	readonly hasEdits: boolean;
	onApply(): void;
	onClose(): void;
}) {
	const { review, name } = props;
	const isSame = review.files.every(({ state }) => state === "same");
	const hasErrors = review.problems.some(({ severity }) => severity === "error");
	return (
		<section class="card setup" aria-labelledby="backup-preview">
			<header>
				<h3 id="backup-preview">{tb("check.title", { name })}</h3>
				{review.error === null && (
					<p class="soft small">
						{tb("check.of", {
							when: formatMoment(review.created_at_ms, nowMs.value, language.value),
							version: review.version,
						})}
					</p>
				)}
			</header>
			<div role="status">
				{review.error !== null && (
					<p class="notice bad">
						{tb("check.unusable")} <span lang="en">{review.error}</span>
					</p>
				)}
				{review.error === null && isSame && <p>{tb("check.same")}</p>}
			</div>
			{hasErrors && (
				<div class="wrong small">
					<p>{tb("check.errors")}</p>
					<ul>
						{review.problems.map((problem) => (
							<li key={renderProblem(problem)}>
								<SaidProblem problem={problem} />
							</li>
						))}
					</ul>
				</div>
			)}
			{review.error === null && !isSame && <Changes review={review} />}
			{props.hasEdits && <p class="notice warn">{tb("check.edits")}</p>}
			<footer>
				<button
					type="button"
					class="primary"
					disabled={props.busy || props.hasEdits || hasErrors || isSame || review.error !== null}
					onClick={props.onApply}
				>
					{tb("check.apply")}
				</button>
				<button type="button" onClick={props.onClose}>
					{tb("check.close")}
				</button>
			</footer>
		</section>
	);
}

function Changes({ review }: { readonly review: BackupReview }) {
	// Names of what reports have.
	useLoaded(review.configs.polywan_reports !== undefined, () => import("../reports/reports-config.ts"));
	const told = [...differencesOf(review, base.value), ...differencesOf(review, reports.base.value)];
	return (
		<>
			<ul class="files small">
				{review.files.map((file) => (
					<li key={file.path}>
						<code>{file.path}</code> <span class={file.state === "same" ? "soft" : ""}>{stateOf(file)}</span>
					</li>
				))}
			</ul>
			{told.length > 0 && (
				<>
					<h4>{tb("check.plan")}</h4>
					<DifferenceList differences={told} />
				</>
			)}
		</>
	);
}

function differencesOf(review: BackupReview, now: ConfigPackage | null) {
	const tables = now === null ? undefined : review.configs[now.name];
	return now === null || tables === undefined ? [] : buildDifferences(now, toConfig(now.name, tables));
}

function stateOf({ state }: ReviewedFile): string {
	return tb(`file.${state}`);
}
