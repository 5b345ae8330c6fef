import type { History, UplinkHistory } from "polywan-core/status";
import type { RpcTable } from "ubus-js/browser";
import { formatRate } from "../format.ts";
import { CsvButton } from "../page/csv-button.tsx";
import { tm } from "../page/words.ts";
import { routerNowMs } from "../store.ts";
import { t } from "../words.ts";
import { LineGraph } from "./line-graph.tsx";

/** Ten minutes of every uplink: round trips, loss, traffic. */
export function HistoryGraphs({ answer }: { readonly answer: RpcTable | null }) {
	const history = answer as unknown as History | null;
	const uplinks = Object.entries(history?.uplinks ?? {});
	return (
		<section class="card" aria-labelledby="minutes-title">
			<header>
				<h2 id="minutes-title">{tm("quality.minutes")}</h2>
				{history !== null && (
					<CsvButton name="history" of={tm("quality.minutes")} rows={() => listLooks(history)} />
				)}
			</header>
			{uplinks.length === 0 && <p class="soft">{tm("quality.none")}</p>}
			<div class="graphs">
				{uplinks.map(([name, uplink]) => (
					<UplinkGraphs key={name} name={name} uplink={uplink} />
				))}
			</div>
		</section>
	);
}

function UplinkGraphs({ name, uplink }: { readonly name: string; readonly uplink: UplinkHistory }) {
	const { ipv4, ipv6 } = uplink;
	const outages = ipv4.usable.map((usable, index) => usable !== 1 && ipv6.usable[index] !== 1);
	const milliseconds = (list: readonly number[]) => list.map((us) => (us < 0 ? null : us / 1000));
	const known = (list: readonly number[]) => list.map((value) => (value < 0 ? null : value));
	return (
		<section aria-labelledby={`graphs-${name}`}>
			<h3 id={`graphs-${name}`}>{name}</h3>
			<LineGraph
				title={t("card.rtt")}
				lines={{ IPv4: milliseconds(ipv4.rtt_us), IPv6: milliseconds(ipv6.rtt_us) }}
				outages={outages}
				unit={(top) => `${top} ms`}
				describe={(top) => tm("quality.rttLine", { uplink: name, top })}
			/>
			<LineGraph
				title={t("card.loss")}
				lines={{ IPv4: known(ipv4.loss_percent), IPv6: known(ipv6.loss_percent) }}
				outages={outages}
				unit={(top) => `${top} %`}
				describe={(top) => tm("quality.lossLine", { uplink: name, top })}
			/>
			<LineGraph
				title={`${t("card.download")} · ${t("card.upload")}`}
				lines={{
					[t("card.download")]: known(uplink.rx_rate),
					[t("card.upload")]: known(uplink.tx_rate),
				}}
				outages={outages}
				unit={rate}
				describe={(top) => tm("quality.rateLine", { uplink: name, top: rate(top) })}
			/>
		</section>
	);
}

function rate(bytesPerSecond: number): string {
	const { value, unit } = formatRate(bytesPerSecond);
	return `${value} ${unit}`;
}

const FAMILY_COLUMNS = ["rtt_us", "loss_percent", "usable"] as const;

function listLooks({ uplinks, step_ms: stepMs, age_ms: ageMs }: History): (string | number | null)[][] {
	const head = [
		"time",
		"uplink",
		...["ipv4", "ipv6"].flatMap((family) => FAMILY_COLUMNS.map((column) => `${family}_${column}`)),
		"rx_bytes_per_second",
		"tx_bytes_per_second",
	];
	const known = (value: number | undefined) => (value === undefined || value < 0 ? null : value);
	const rows = Object.entries(uplinks).flatMap(([name, uplink]) =>
		uplink.rx_rate.map((rx, index) => {
			const agoMs = ageMs + (uplink.rx_rate.length - 1 - index) * stepMs;
			return [
				new Date(routerNowMs.value - agoMs).toISOString(),
				name,
				...([uplink.ipv4, uplink.ipv6] as const).flatMap((family) =>
					FAMILY_COLUMNS.map((column) => known(family[column][index])),
				),
				known(rx),
				known(uplink.tx_rate[index]),
			];
		}),
	);
	return [head, ...rows];
}
