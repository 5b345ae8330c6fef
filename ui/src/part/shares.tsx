import type { PolicyStatus, ShareStatus, Status } from "polywan-core/status";
import { formatPercent } from "../format.ts";
import { t } from "../words.ts";

const TINTS = 6;

/** Each policy's shares as one bar; both families in one when they are alike. */
export function Shares({ status }: { readonly status: Status }) {
	const tint = (uplink: string) => status.uplinks.findIndex((entry) => entry.name === uplink);
	return (
		<ul class="shares">
			{status.policies.map((policy) => (
				<li key={policy.name}>
					<h3 class="small">
						{policy.name} <span class="soft">{policy.mode}</span>
					</h3>
					{familiesOf(policy).map(([label, shares]) => (
						<ShareBar key={label} label={label} shares={shares} lastResort={policy.last_resort} tint={tint} />
					))}
				</li>
			))}
		</ul>
	);
}

function familiesOf(policy: PolicyStatus): readonly (readonly [string, readonly ShareStatus[]])[] {
	if (JSON.stringify(policy.ipv4) === JSON.stringify(policy.ipv6)) return [["", policy.ipv4]];
	return [
		["IPv4", policy.ipv4],
		["IPv6", policy.ipv6],
	];
}

export function ShareBar(props: {
	readonly label: string;
	readonly shares: readonly ShareStatus[];
	readonly lastResort: string;
	/** Its place among all uplinks; colours come again after some. */
	readonly tint: (uplink: string) => number;
}) {
	const tint = (uplink: string) => `tint${props.tint(uplink) % TINTS}`;
	if (props.shares.length === 0)
		return (
			<p class="small">
				{props.label} {t("shares.lastResort", { what: props.lastResort })}
			</p>
		);
	return (
		<div>
			<div class="share-bar" aria-hidden="true">
				{props.shares.map((share) => (
					<i key={share.uplink} class={tint(share.uplink)} style={{ flexGrow: share.percent }} />
				))}
			</div>
			<ul class="share-key">
				{props.label && <li class="soft">{props.label}</li>}
				{props.shares.map((share) => (
					<li key={share.uplink}>
						<b class={tint(share.uplink)} />
						{share.uplink} <span class="number">{formatPercent(share.percent).value} %</span>
					</li>
				))}
			</ul>
		</div>
	);
}
