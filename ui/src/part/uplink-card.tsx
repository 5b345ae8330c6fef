import type { FamilyStatus, UplinkStatus } from "polywan-core/status";
import { useState } from "preact/hooks";
import { formatBytes, formatDuration, formatMilliseconds, formatPercent, formatRate } from "../format.ts";
import { samples } from "../history.ts";
import { useLoaded } from "../loaded.ts";
import { usePanel } from "../panel.ts";
import { rates, readOnly, routerNowMs } from "../store.ts";
import { language, t } from "../words.ts";
import { Figure } from "./figure.tsx";
import { RttGraph } from "./rtt-graph.tsx";
import { Said } from "./said.tsx";
import { StateBadge } from "./state-badge.tsx";

export function UplinkCard(props: { readonly uplink: UplinkStatus; readonly sharePercent: number }) {
	const { uplink, sharePercent } = props;
	const rate = rates.value[uplink.name] ?? null;
	const lines = countNotes(uplink);
	const notes = useLoaded(lines > 0, () => import("./card-notes.tsx"));
	return (
		<article class="card uplink" aria-label={uplink.name}>
			<header>
				<h3>{uplink.name}</h3>
				<StateBadge state={uplink.state} />
			</header>
			<dl class="figures">
				<Figure label={t("card.download")} value={formatRate(rate?.rx ?? null)} />
				<Figure label={t("card.upload")} value={formatRate(rate?.tx ?? null)} />
				<Figure label={t("card.share")} value={formatPercent(sharePercent)} />
			</dl>
			{lines > 0 && (
				<div style={{ minHeight: `${lines * NOTE_PX}px` }}>
					{notes !== null && <notes.CardNotes uplink={uplink} />}
				</div>
			)}
			{uplink.ipv4 && <FamilyPart name="IPv4" family="ipv4" of={uplink.ipv4} uplink={uplink.name} />}
			{uplink.ipv6 && <FamilyPart name="IPv6" family="ipv6" of={uplink.ipv6} uplink={uplink.name} />}
			{!uplink.ipv4 && !uplink.ipv6 && <p class="soft family">{t("card.noFamily")}</p>}
			<footer>
				<span class="soft small number">
					{t("card.total", { down: figure(uplink.rx_bytes), up: figure(uplink.tx_bytes) })}
				</span>
				{!readOnly.value && uplink.state !== "disabled" && <UseSwitch uplink={uplink} />}
			</footer>
		</article>
	);
}

/** As high as the style of notes has it: there is room for them before they are loaded. */
const NOTE_PX = 30;

/** What is told of few uplinks comes in a script of its own. */
function countNotes({ quota, limit, ipv4, ipv6 }: UplinkStatus): number {
	const some = [quota, limit, ipv4?.portal, ipv6?.portal, ipv4?.public_address, ipv6?.public_address];
	return some.filter(Boolean).length;
}

/** Takes the uplink out of use by hand, or leaves it to its probes again. */
function UseSwitch({ uplink }: { readonly uplink: UplinkStatus }) {
	const { session } = usePanel();
	const [failed, setFailed] = useState(false);
	const off = uplink.wanted === "down";
	const toggle = () => {
		setFailed(false);
		session
			.call("polywan", "uplink", { name: uplink.name, action: off ? "auto" : "down" })
			.catch(() => setFailed(true));
	};
	return (
		<>
			{failed && <span role="alert">{t("card.failed")}</span>}
			<button
				type="button"
				class="plain small"
				onClick={toggle}
				aria-label={`${t(off ? "card.turnOn" : "card.turnOff")}: ${uplink.name}`}
			>
				{t(off ? "card.turnOn" : "card.turnOff")}
			</button>
		</>
	);
}

function FamilyPart(props: {
	readonly name: string;
	readonly family: "ipv4" | "ipv6";
	readonly of: FamilyStatus;
	readonly uplink: string;
}) {
	const { of, family } = props;
	const answers = of.state !== "down";
	const since = formatDuration(routerNowMs.value - of.since_ms, language.value);
	return (
		<section class="family" aria-label={`${props.uplink} ${props.name}`}>
			<header>
				<h4>{props.name}</h4>
				<span class="address number soft small">{of.addresses[0] ?? of.device}</span>
				<StateBadge state={of.state} />
			</header>
			<p class="soft small why">
				{t("card.since", { time: since })} · <Said text={of.reason} />
			</p>
			<dl class="figures">
				<Figure label={t("card.rtt")} value={formatMilliseconds(answers ? of.rtt_ms : null)} />
				<Figure label={t("card.jitter")} value={formatMilliseconds(answers ? of.jitter_ms : null)} />
				<Figure label={t("card.loss")} value={formatPercent(of.loss_percent)} />
			</dl>
			<RttGraph samples={samples.value.get(props.uplink) ?? []} family={family} />
		</section>
	);
}

function figure(bytes: number): string {
	const { value, unit } = formatBytes(bytes);
	return `${value} ${unit}`;
}
