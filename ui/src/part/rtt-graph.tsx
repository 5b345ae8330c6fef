import { type Sample, SPAN_MS } from "../history.ts";
import { nowMs } from "../store.ts";
import { t } from "../words.ts";

const WIDTH = 300;
const HEIGHT = 40;

/** Round-trip times as a line, loss as bars below it, outages as shaded spans; time runs from ten minutes ago to now. */
export function RttGraph(props: { readonly samples: readonly Sample[]; readonly family: "ipv4" | "ipv6" }) {
	const { samples, family } = props;
	const highest = Math.max(0, ...samples.map((sample) => sample.rttMs[family] ?? 0));
	const { line, losses, outages } = draw(samples, family, nowMs.value, scaleTop(highest));
	return (
		<figure class="line-graph">
			<svg
				viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
				preserveAspectRatio="none"
				role="img"
				aria-label={t("card.graph")}
			>
				{outages.map((span) => (
					<rect
						key={span.from}
						x={span.from}
						y={0}
						width={Math.max(1, span.to - span.from)}
						height={HEIGHT}
					/>
				))}
				<path d={line} />
				<path class="loss" d={losses} />
			</svg>
			<span class="number" aria-hidden="true">
				{scaleTop(highest)} ms
			</span>
		</figure>
	);
}

function draw(samples: readonly Sample[], family: "ipv4" | "ipv6", nowMs: number, top: number) {
	const x = (sample: Sample) => Math.max(0, WIDTH * (1 - (nowMs - sample.atMs) / SPAN_MS));
	const y = (rttMs: number) => HEIGHT - 1.5 - (rttMs / top) * (HEIGHT - 3);
	const outages: { from: number; to: number }[] = [];
	let line = "";
	let losses = "";
	let pen = "M";
	samples.forEach((sample, index) => {
		const rttMs = sample.rttMs[family];
		const next = samples[index + 1];
		const loss = sample.lossPercent[family];
		// The least there is can be seen.
		if (loss > 0 && sample.usable[family])
			losses += `M${x(sample).toFixed(1)} ${HEIGHT}v-${Math.max(3, loss * (HEIGHT / 100))}`;
		if (!sample.usable[family]) outages.push({ from: x(sample), to: next ? x(next) : WIDTH });
		if (!sample.usable[family] || rttMs === null) {
			pen = "M";
			return;
		}
		line += `${pen}${x(sample).toFixed(1)} ${y(rttMs).toFixed(1)}`;
		pen = "L";
		// Nothing new since then means that nothing changed.
		if (next === undefined) line += `H${WIDTH}`;
	});
	return { line, losses, outages };
}

/** The next of 5, 10, 20, 50, 100 … above: a scale that stays while values change a little. */
function scaleTop(highest: number): number {
	for (let decade = 1; ; decade *= 10)
		for (const step of [5, 10, 20]) if (step * decade >= highest * 1.1) return step * decade;
}
