import { type Sample, SPAN_MS } from "../history.ts";
import { t } from "../words.ts";

const WIDTH = 300;
const HEIGHT = 40;

/** Round-trip times as a line, outages as shaded spans; time runs from ten minutes ago to now. */
export function RttGraph(props: {
	readonly samples: readonly Sample[];
	readonly family: "ipv4" | "ipv6";
	readonly nowMs: number;
}) {
	const { samples, family, nowMs } = props;
	const top = Math.max(10, ...samples.map((sample) => sample.rttMs[family] ?? 0)) * 1.15;
	const x = (sample: Sample) => WIDTH * (1 - (nowMs - sample.atMs) / SPAN_MS);
	let line = "";
	let pen = "M";
	const outages: { from: number; to: number }[] = [];
	samples.forEach((sample, index) => {
		const rtt = sample.rttMs[family];
		if (sample.usable[family] && rtt !== null) {
			line += `${pen}${x(sample).toFixed(1)} ${(HEIGHT - 2 - (rtt / top) * (HEIGHT - 4)).toFixed(1)}`;
			pen = "L";
			return;
		}
		pen = "M";
		const next = samples[index + 1];
		if (!sample.usable[family]) outages.push({ from: x(sample), to: next ? x(next) : WIDTH });
	});
	return (
		<svg
			class="line-graph"
			viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
			preserveAspectRatio="none"
			role="img"
			aria-label={t("card.graph")}
		>
			{outages.map((span) => (
				<rect key={span.from} x={span.from} y={0} width={Math.max(1, span.to - span.from)} height={HEIGHT} />
			))}
			<path d={line} />
		</svg>
	);
}
