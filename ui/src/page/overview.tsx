import { renderProblem } from "polywan-core/config/problem";
import type { Status } from "polywan-core/status";
import { Shares } from "../part/shares.tsx";
import { Timeline } from "../part/timeline.tsx";
import { Topology } from "../part/topology.tsx";
import { UplinkCard } from "../part/uplink-card.tsx";
import { events } from "../store.ts";
import { t } from "../words.ts";

export function OverviewPage(props: {
	readonly status: Status;
	readonly onSwitch: (uplink: string, action: "down" | "auto") => void;
}) {
	const { status } = props;
	return (
		<>
			{status.problems.length > 0 && (
				<section class="notice warn" aria-label={t("overview.problems")}>
					<h2>{t("overview.problems")}</h2>
					<ul>
						{status.problems.map((problem) => (
							<li key={renderProblem(problem)} class="small">
								{renderProblem(problem)}
							</li>
						))}
					</ul>
				</section>
			)}
			<section aria-label={t("overview.uplinks")}>
				<h2 class="unseen">{t("overview.uplinks")}</h2>
				{status.uplinks.length === 0 && <p class="notice">{t("overview.noUplinks")}</p>}
				<div class="grid">
					{status.uplinks.map((uplink) => (
						<UplinkCard
							key={uplink.name}
							uplink={uplink}
							sharePercent={shareOf(status, uplink.name)}
							onSwitch={(action) => props.onSwitch(uplink.name, action)}
						/>
					))}
				</div>
			</section>
			<div class="two">
				<section class="card" aria-label={t("overview.topology")}>
					<header>
						<h2>{t("overview.topology")}</h2>
					</header>
					<Topology status={status} />
				</section>
				<section class="card" aria-label={t("overview.shares")}>
					<header>
						<h2>{t("overview.shares")}</h2>
					</header>
					<Shares status={status} />
				</section>
			</div>
			<section class="card" aria-label={t("overview.events")}>
				<header>
					<h2>{t("overview.events")}</h2>
				</header>
				<Timeline events={events.value} />
			</section>
		</>
	);
}

/** Percent of new IPv4 (else IPv6) connections the first policy gives this uplink. */
function shareOf(status: Status, uplink: string): number {
	const policy = status.policies[0];
	const shares = policy === undefined ? [] : policy.ipv4.length > 0 ? policy.ipv4 : policy.ipv6;
	return shares.find((share) => share.uplink === uplink)?.percent ?? 0;
}
