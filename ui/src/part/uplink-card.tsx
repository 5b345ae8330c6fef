import type { FamilyStatus, UplinkStatus } from "polywan-core/status";
import { formatDuration, formatMilliseconds, formatPercent, formatRate } from "../format.ts";
import { rateOf, samples } from "../history.ts";
import { answeredAtMs, nowMs, readOnly } from "../store.ts";
import { language, t } from "../words.ts";
import { Figure } from "./figure.tsx";
import { RttGraph } from "./rtt-graph.tsx";
import { StateBadge } from "./state-badge.tsx";

export function UplinkCard(props: {
	readonly uplink: UplinkStatus;
	readonly sharePercent: number;
	readonly onSwitch: (action: "down" | "auto") => void;
}) {
	const { uplink, sharePercent, onSwitch } = props;
	const seen = samples.value.get(uplink.name) ?? [];
	const off = uplink.wanted === "down";
	return (
		<article class="card" aria-label={uplink.name}>
			<header>
				<h3>{uplink.name}</h3>
				<StateBadge state={uplink.state} />
			</header>
			<dl class="figures">
				<Figure label={t("card.download")} value={formatRate(rateOf(seen, "rxBytes"))} />
				<Figure label={t("card.upload")} value={formatRate(rateOf(seen, "txBytes"))} />
				<Figure label={t("card.share")} value={formatPercent(sharePercent)} />
			</dl>
			{uplink.ipv4 && <FamilyPart name="IPv4" family="ipv4" of={uplink.ipv4} uplink={uplink.name} />}
			{uplink.ipv6 && <FamilyPart name="IPv6" family="ipv6" of={uplink.ipv6} uplink={uplink.name} />}
			{!uplink.ipv4 && !uplink.ipv6 && <p class="soft family">{t("card.noFamily")}</p>}
			{!readOnly.value && uplink.state !== "disabled" && (
				<p class="family">
					<button type="button" class="plain" onClick={() => onSwitch(off ? "auto" : "down")}>
						{t(off ? "card.turnOn" : "card.turnOff")}
						<span class="unseen">: {uplink.name}</span>
					</button>
				</p>
			)}
		</article>
	);
}

function FamilyPart(props: {
	readonly name: string;
	readonly family: "ipv4" | "ipv6";
	readonly of: FamilyStatus;
	readonly uplink: string;
}) {
	const { of } = props;
	return (
		<section class="family" aria-label={props.name}>
			<header>
				<span>
					<b>{props.name}</b> <span class="soft small">{of.addresses[0] ?? of.device}</span>
				</span>
				<StateBadge state={of.state} />
			</header>
			<p class="soft small">
				{t("card.since", {
					time: formatDuration(of.since_ms + nowMs.value - answeredAtMs.value, language.value),
				})}{" "}
				· {of.reason}
			</p>
			<dl class="figures">
				<Figure label={t("card.rtt")} value={formatMilliseconds(of.rtt_ms)} />
				<Figure label={t("card.jitter")} value={formatMilliseconds(of.jitter_ms)} />
				<Figure label={t("card.loss")} value={formatPercent(of.loss_percent)} />
			</dl>
			<RttGraph samples={samples.value.get(props.uplink) ?? []} family={props.family} nowMs={nowMs.value} />
		</section>
	);
}
