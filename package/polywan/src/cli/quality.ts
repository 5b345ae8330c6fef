import type { FamilyStatus, SpanStatus, Status } from "polywan-core/status";
import { callDaemon } from "./daemon-client.ts";
import { renderMilliseconds } from "./duration.ts";
import { complain, print, printJson } from "./print.ts";
import { renderTable } from "./table.ts";
import { EXIT, type Verb } from "./verb.ts";

const SPANS = ["10s", "1m", "1h", "24h"] as const;

export const qualityVerb: Verb = {
	name: "quality",
	usage: "[uplink] [--json]",
	help: "latency, jitter, loss and uptime over 10 s, 1 min, 1 h and 24 h",
	details:
		"Jitter is that of RFC 3550; uptime is the part of the time watched in which the uplink was in use.",
	options: ["json"],
	mostArguments: 1,
	run: async ({ words: [name], options }) => {
		const { uplinks } = (await callDaemon("uplinks")) as unknown as Pick<Status, "uplinks">;
		const shown = uplinks.filter((uplink) => name === undefined || uplink.name === name);
		if (shown.length === 0 && name !== undefined) {
			complain(`there is no uplink '${name}'; \`polywan uplinks\` lists them`);
			return EXIT.problem;
		}
		const families = shown.flatMap((uplink) =>
			(["ipv4", "ipv6"] as const).map((family) => ({ name: uplink.name, family, status: uplink[family] })),
		);
		const measured = families.filter(
			(entry): entry is typeof entry & { status: FamilyStatus } => entry.status !== null,
		);
		if (options.has("json"))
			printJson({
				quality: measured.map(({ name, family, status }) => ({ uplink: name, family, ...status.quality })),
			});
		else print(renderQuality(measured));
		return EXIT.ok;
	},
};

function renderQuality(
	measured: readonly {
		readonly name: string;
		readonly family: "ipv4" | "ipv6";
		readonly status: FamilyStatus;
	}[],
): string {
	const header = ["UPLINK", "FAMILY", "OVER", "MIN", "AVG", "MAX", "JITTER", "LOSS", "UPTIME", "PROBES"];
	const rows = measured.flatMap(({ name, family, status }) =>
		SPANS.map((span, index) => [
			index === 0 ? name : "",
			index === 0 ? (family === "ipv4" ? "IPv4" : "IPv6") : "",
			span,
			...renderSpan(status.quality?.[span]),
		]),
	);
	return rows.length === 0 ? "No uplink has a link yet.\n" : renderTable(header, rows);
}

function renderSpan(span: SpanStatus | undefined): string[] {
	const ms = (value: number | null | undefined) =>
		typeof value === "number" ? renderMilliseconds(value) : "-";
	const percent = (value: number | null | undefined) =>
		typeof value === "number" ? `${Number(value.toFixed(1))} %` : "-";
	return [
		ms(span?.rtt_min_ms),
		ms(span?.rtt_avg_ms),
		ms(span?.rtt_max_ms),
		ms(span?.jitter_ms),
		percent(span?.loss_percent),
		percent(span?.uptime_percent),
		String(span?.probes ?? 0),
	];
}
