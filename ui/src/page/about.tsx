import type { Status } from "polywan-core/status";
import { formatDuration } from "../format.ts";
import { language, t } from "../words.ts";

export function AboutPage({ status }: { readonly status: Status }) {
	const rows = [
		[t("about.version"), status.version],
		[t("about.firewall"), status.firewall],
		[t("about.uptime"), formatDuration(status.uptime_s * 1000, language.value)],
		[t("about.applied"), status.apply.error ?? t("about.took", { ms: status.apply.took_ms.toFixed(1) })],
	] as const;
	return (
		<section class="card" aria-label={t("nav.about")}>
			<table>
				<tbody>
					{rows.map(([label, value]) => (
						<tr key={label}>
							<th scope="row">{label}</th>
							<td>{value}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
