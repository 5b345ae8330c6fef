import { formatMoment } from "../format.ts";
import { nowMs } from "../store.ts";
import { language } from "../words.ts";
import { tr } from "./words.ts";

/** What `polywan.reports status` tells of a part; shape of polywan-reports. */
export interface PartStatus {
	readonly name: string;
	readonly state: "ok" | "trouble";
	readonly trouble: string;
	/** Newest first. */
	readonly troubles: readonly { readonly at_ms: number; readonly text: string }[];
}

/** Whether a part does what it should, in words and colour; `part` undefined: it does not run. */
export function PartBadge(props: {
	readonly part: PartStatus | undefined;
	readonly ok: "part.connected" | "part.works";
	readonly off: boolean;
}) {
	const { part, ok, off } = props;
	if (off) return <span class="state">{tr("part.off")}</span>;
	if (part === undefined) return <span class="state">{tr("part.waits")}</span>;
	return part.state === "ok" ? (
		<span class="state up">{tr(ok)}</span>
	) : (
		<span class="state degraded">{tr("part.trouble")}</span>
	);
}

/** What is wrong now, and what was wrong before. */
export function PartTroubles({ part }: { readonly part: PartStatus | undefined }) {
	const troubles = part?.troubles ?? [];
	const now = part?.state === "trouble" ? part.trouble : "";
	return (
		<>
			<div role="status">
				{now !== "" && (
					<p class="wrong small" lang="en">
						{now}
					</p>
				)}
			</div>
			{troubles.length > 0 && (
				<details class="group">
					<summary>{tr("part.errors", { count: troubles.length })}</summary>
					<ul class="timeline small">
						{troubles.map(({ at_ms, text }) => (
							<li key={`${at_ms} ${text}`}>
								<time>{formatMoment(at_ms, nowMs.value, language.value)}</time>
								<span lang="en">{text}</span>
							</li>
						))}
					</ul>
				</details>
			)}
		</>
	);
}
