import type { Status } from "polywan-core/status";
import { formatDuration, formatMoment } from "../format.ts";
import { Problems } from "../part/problems.tsx";
import { Scroll } from "../part/scroll.tsx";
import { routerNowMs } from "../store.ts";
import { language, t } from "../words.ts";
import { tm } from "./words.ts";

export function AboutPage({ status }: { readonly status: Status }) {
	const { apply } = status;
	const applied = `${formatMoment(apply.at_ms, routerNowMs.value, language.value)} · ${tm("about.took", { ms: apply.took_ms.toFixed(1) })}`;
	const rows = [
		[tm("about.version"), status.version],
		[tm("about.firewall"), status.firewall],
		[tm("about.uptime"), formatDuration(status.uptime_s * 1000, language.value)],
		[tm("about.applied"), apply.error ?? (apply.at_ms === 0 ? "–" : applied)],
		[tm("about.clock"), new Date(routerNowMs.value).toLocaleString(language.value)],
		[tm("about.license"), "Apache-2.0 · QuickJS: MIT · Mbed TLS: Apache-2.0"],
	] as const;
	return (
		<>
			<Problems problems={status.problems} />
			<section class="card" aria-labelledby="about-title">
				<header>
					<h2 id="about-title">{t("nav.about")}</h2>
				</header>
				<dl class="facts">
					{rows.map(([label, value]) => (
						<div key={label}>
							<dt>{label}</dt>
							<dd>{value}</dd>
						</div>
					))}
				</dl>
			</section>
			<div class="card">
				<header>
					<h2 id="kernel-title">{tm("about.kernel")}</h2>
				</header>
				<Scroll labelledBy="kernel-title">
					<table>
						<thead>
							<tr>
								<th scope="col">{tm("log.uplink")}</th>
								<th scope="col">{tm("about.device")}</th>
								<th scope="col" class="number">
									{tm("about.mark")}
								</th>
								<th scope="col" class="number">
									{tm("about.table")}
								</th>
								<th scope="col">{tm("about.gateway")}</th>
								<th scope="col">DNS</th>
								<th scope="col">{t("event.address")}</th>
							</tr>
						</thead>
						<tbody>
							{status.uplinks.map(({ name, mark, table, ipv4, ipv6 }) => (
								<tr key={name}>
									<th scope="row">{name}</th>
									<td>{ipv4?.device ?? ipv6?.device ?? "–"}</td>
									<td class="number">{mark}</td>
									<td class="number">{table}</td>
									<td>{[ipv4?.gateway, ipv6?.gateway].filter(Boolean).join(", ") || "–"}</td>
									<td>{[...(ipv4?.dns_servers ?? []), ...(ipv6?.dns_servers ?? [])].join(", ") || "–"}</td>
									<td>
										{[ipv4?.public_address?.address, ipv6?.public_address?.address]
											.filter(Boolean)
											.join(", ") || "–"}
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroll>
			</div>
		</>
	);
}
