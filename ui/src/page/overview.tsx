import type { Status } from "polywan-core/status";
import { Problems } from "../part/problems.tsx";
import { Said } from "../part/said.tsx";
import { Shares } from "../part/shares.tsx";
import { Timeline } from "../part/timeline.tsx";
import { Topology } from "../part/topology.tsx";
import { UplinkCard } from "../part/uplink-card.tsx";
import { events, readOnly } from "../store.ts";
import { t } from "../words.ts";

const EVENTS_SHOWN = 8;
/** A drawing of more uplinks could not be read. */
const MOST_DRAWN = 20;

export function OverviewPage({ status }: { readonly status: Status }) {
	return (
		<>
			{status.uplinks.length === 0 && <Nothing />}
			<Problems problems={status.problems} />
			{status.apply.error !== null && (
				<p class="notice bad" role="alert">
					{t("overview.applyFailed")} <Said text={status.apply.error} />
				</p>
			)}
			{status.uplinks.length > 0 && <Uplinks status={status} />}
			<section class="card" aria-labelledby="events-title">
				<header>
					<h2 id="events-title">{t("overview.events")}</h2>
					<a class="push small" href="#log">
						{t("overview.allEvents")}
					</a>
				</header>
				<Timeline events={events.value.slice(0, EVENTS_SHOWN)} />
			</section>
		</>
	);
}

function Nothing() {
	return (
		<section class="card empty">
			<h2>{t("overview.noUplinks")}</h2>
			<p class="soft">{t("overview.noUplinksMore")}</p>
			{!readOnly.value && (
				<a class="button primary" href="#setup">
					{t("overview.setup")}
				</a>
			)}
		</section>
	);
}

function Uplinks({ status }: { readonly status: Status }) {
	return (
		<>
			<section aria-label={t("overview.uplinks")}>
				<h2 class="unseen">{t("overview.uplinks")}</h2>
				<div class="grid">
					{status.uplinks.map((uplink) => (
						<UplinkCard key={uplink.name} uplink={uplink} sharePercent={shareOf(status, uplink.name)} />
					))}
				</div>
			</section>
			<div class="two">
				{status.uplinks.length <= MOST_DRAWN && (
					<section class="card drawing" aria-labelledby="topology-title">
						<header>
							<h2 id="topology-title">{t("overview.topology")}</h2>
						</header>
						<Topology status={status} />
					</section>
				)}
				<section class="card" aria-labelledby="shares-title">
					<header>
						<h2 id="shares-title">{t("overview.shares")}</h2>
					</header>
					<Shares status={status} />
				</section>
			</div>
		</>
	);
}

/** Percent of new IPv4 (else IPv6) connections the first policy gives this uplink. */
function shareOf(status: Status, uplink: string): number {
	const policy = status.policies[0];
	const shares = policy === undefined ? [] : policy.ipv4.length > 0 ? policy.ipv4 : policy.ipv6;
	return shares.find((share) => share.uplink === uplink)?.percent ?? 0;
}
