import "../shared.ts";
import type { FamilyStatus, PublicAddressStatus, QuotaStatus, UplinkStatus } from "polywan-core/status";
import { useMemo } from "preact/hooks";
import { formatBytes, formatPercent, formatRate } from "../format.ts";
import { lateWords } from "../late-words.ts";
import { usePanel } from "../panel.ts";
import { type CardKey, type CardWords, cardEn } from "../words/card/en.ts";
import { fillPlaces, type Places } from "../words.ts";
import style from "./card-notes.css";
import { portalAddress } from "./portal-address.ts";

const words = lateWords<CardWords>(cardEn, {
	de: async () => (await import("../words/card/de.ts")).cardDe,
	es: async () => (await import("../words/card/es.ts")).cardEs,
	zh: async () => (await import("../words/card/zh.ts")).cardZh,
});

function tn(key: CardKey, places: Places = {}): string {
	return fillPlaces(words.value[key], places);
}

/** Of an uplink that has them: its quota, a captive portal, the address it is seen by. */
export function CardNotes({ uplink }: { readonly uplink: UplinkStatus }) {
	const { adopt } = usePanel();
	useMemo(() => adopt(style), [adopt]);
	const families = [uplink.ipv4, uplink.ipv6].filter((family) => family !== null);
	return (
		<dl class="notes small">
			{uplink.quota && <Quota quota={uplink.quota} />}
			{uplink.limit && <Limit limit={uplink.limit} />}
			{families.map((family) => family.portal && <Portal key={family.interface} family={family} />)}
			{families.map(({ public_address: seen }) => seen && <PublicAddress key={seen.family} seen={seen} />)}
		</dl>
	);
}

function Quota({ quota }: { readonly quota: QuotaStatus }) {
	const { bytes, used_bytes: used, used_percent: percent } = quota;
	const places = { used: size(used), quota: size(bytes), percent: formatPercent(percent).value };
	return (
		<div>
			<dt>{tn("note.quota")}</dt>
			<dd>
				<meter min={0} max={100} high={90} value={Math.min(100, percent)} aria-hidden="true" />
				<span class={`number ${percent >= 100 ? "wrong" : ""}`}>{tn("note.part", places)}</span>
			</dd>
		</div>
	);
}

function Limit({ limit }: { readonly limit: NonNullable<UplinkStatus["limit"]> }) {
	const { value, unit } = formatRate(limit.download_bits_per_second / 8);
	return (
		<div>
			<dt class="wrong">{tn("note.limited")}</dt>
			<dd class="number">
				{value} {unit}
			</dd>
		</div>
	);
}

function Portal({ family }: { readonly family: FamilyStatus }) {
	const address = portalAddress(family.portal ?? "");
	return (
		<div>
			<dt class="wrong">{tn("note.portal")}</dt>
			<dd>
				{address === null ? (
					<span lang="en">{family.portal}</span>
				) : (
					<a href={address} target="_blank" rel="noreferrer noopener">
						{tn("note.open")}
					</a>
				)}
			</dd>
		</div>
	);
}

function PublicAddress({ seen }: { readonly seen: PublicAddressStatus }) {
	const nat = seen.cgnat ? "note.cgnat" : seen.translated ? "note.nat" : "note.direct";
	return (
		<div>
			<dt>{tn("note.public")}</dt>
			<dd>
				<span class="number">{seen.address ?? "–"}</span>
				{seen.address !== null && <span class="soft">{tn(nat)}</span>}
			</dd>
		</div>
	);
}

function size(bytes: number): string {
	const { value, unit } = formatBytes(bytes);
	return `${value} ${unit}`;
}
