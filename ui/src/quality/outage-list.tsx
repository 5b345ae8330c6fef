import { formatDuration } from "../format.ts";
import { language } from "../words.ts";
import type { Outage } from "./outage.ts";
import { tq } from "./words.ts";

const MOST = 12;

/** What the shaded spans say, in words; the newest first. */
export function OutageList({
	outages,
	timeOf,
}: {
	readonly outages: readonly Outage[];
	readonly timeOf: (atS: number) => string;
}) {
	if (outages.length === 0) return <p class="soft small">{tq("quality.noOutage")}</p>;
	return (
		<div class="outages small">
			<h3 class="small">
				{tq("quality.outages")}: {outages.length}
			</h3>
			<ul>
				{outages
					.slice(-MOST)
					.reverse()
					.map(({ fromS, downS }) => (
						<li key={fromS} class="number">
							{tq("quality.outageAt", {
								from: timeOf(fromS),
								length: formatDuration(Math.max(1, downS) * 1000, language.value),
							})}
						</li>
					))}
				{outages.length > MOST && <li>…</li>}
			</ul>
		</div>
	);
}
