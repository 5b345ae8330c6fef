import type { HostUsagePage } from "polywan-core/status";
import { useState } from "preact/hooks";
import { formatBytes } from "../format.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { useAsked } from "../page/use-asked.ts";
import { Scroll } from "../part/scroll.tsx";
import { readOnly } from "../store.ts";
import { language, t } from "../words.ts";
import { bytesOf, type HostTotal, OTHERS, sumHosts } from "./hosts.ts";
import { tq } from "./words.ts";

const REFRESH_MS = 30_000;
/** More of them on demand. */
const SHOWN = 12;

/** Who at home received and sent how much in the present period, by which uplink. */
export function HostsTable() {
	const { answer } = useAsked("usage_hosts", REFRESH_MS);
	const [all, setAll] = useState(false);
	if (answer === null) return null;
	const { counting, total, hosts } = answer as unknown as HostUsagePage;
	const sums = sumHosts(hosts);
	const shown = all ? sums : sums.slice(0, SHOWN);
	const most = Math.max(1, ...sums.map(bytesOf));
	return (
		<div class="card">
			<header>
				<h2 id="hosts-title">{tq("hosts.title")}</h2>
				{sums.length > 0 && <CsvButton name="hosts" of={tq("hosts.title")} rows={() => listEntries(hosts)} />}
			</header>
			{!counting && <Off />}
			{counting && sums.length === 0 && <p class="soft">{tq("hosts.none")}</p>}
			{sums.length > 0 && (
				<Scroll labelledBy="hosts-title">
					<table class="hosts">
						<thead>
							<tr>
								<th scope="col">{tq("hosts.host")}</th>
								<th scope="col">{tq("hosts.byUplink")}</th>
								<th scope="col" class="number">
									{t("card.download")}
								</th>
								<th scope="col" class="number">
									{t("card.upload")}
								</th>
							</tr>
						</thead>
						<tbody>
							{shown.map((host) => (
								<Row key={host.name} host={host} part={bytesOf(host) / most} />
							))}
						</tbody>
					</table>
				</Scroll>
			)}
			{sums.length > SHOWN && (
				<button type="button" class="plain note" aria-expanded={all} onClick={() => setAll(!all)}>
					{all ? tq("hosts.fewer") : tq("hosts.more", { count: count(sums.length) })}
				</button>
			)}
			{total > hosts.length && (
				<p class="soft small note">{tq("hosts.rest", { count: count(total - hosts.length) })}</p>
			)}
		</div>
	);
}

function Off() {
	return (
		<p class="soft">
			{tq("hosts.off")} {!readOnly.value && <a href="#settings">{tq("hosts.switchOn")}</a>}
		</p>
	);
}

function Row({ host, part }: { readonly host: HostTotal; readonly part: number }) {
	return (
		<tr>
			<th scope="row">
				{host.name === OTHERS ? tq("hosts.others") : host.name}
				{host.addresses.length > 0 && <span class="soft small where"> {host.addresses.join(", ")}</span>}
				<i class="part" aria-hidden="true" style={{ width: `${Math.max(1, part * 100)}%` }} />
			</th>
			<td class="soft small">
				{host.uplinks.map(({ name, bytes: carried }) => (
					<span key={name} class="by">
						{name} <span class="number">{bytes(carried)}</span>
					</span>
				))}
			</td>
			<td class="number">{bytes(host.rxBytes)}</td>
			<td class="number">{bytes(host.txBytes)}</td>
		</tr>
	);
}

function listEntries(hosts: HostUsagePage["hosts"]) {
	return [
		["uplink", "address", "name", "rx_bytes", "tx_bytes"],
		...hosts.map((host) => [host.uplink, host.address, host.name, host.rx_bytes, host.tx_bytes]),
	];
}

function bytes(many: number): string {
	const { value, unit } = formatBytes(many);
	return `${value} ${unit}`;
}

function count(many: number): string {
	return many.toLocaleString(language.value);
}
