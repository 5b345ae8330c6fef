const WIDTH = 300;
const HEIGHT = 64;
/** Looks the router keeps: the newest is at the right, whether there are as many or not. */
const LOOKS = 120;

/** Values over the last ten minutes, null where there is none; outages are shaded. Lines differ by dashes, too. */
export function LineGraph(props: {
	readonly title: string;
	readonly lines: Readonly<Record<string, readonly (number | null)[]>>;
	readonly outages: readonly boolean[];
	unit(top: number): string;
	describe(top: number): string;
}) {
	const shown = Object.entries(props.lines).filter(([, values]) => values.some((value) => value !== null));
	const top = scaleTop(Math.max(0, ...shown.flatMap(([, values]) => values.map((value) => value ?? 0))));
	return (
		<figure class="line-graph tall">
			<figcaption class="small soft">
				<span>{props.title}</span>
				{shown.map(([name], index) => (
					<span key={name} class="key">
						<svg viewBox="0 0 18 4" aria-hidden="true">
							<path class={`line${index}`} d="M0 2H18" />
						</svg>
						{name}
					</span>
				))}
				<b class="number">{props.unit(top)}</b>
			</figcaption>
			<svg
				viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
				preserveAspectRatio="none"
				role="img"
				aria-label={props.describe(top)}
			>
				{outageSpans(props.outages).map(({ from, to }) => (
					<rect key={from} x={from} y={0} width={to - from} height={HEIGHT} />
				))}
				{shown.map(([name, values], index) => (
					<path key={name} class={`line${index}`} d={drawLine(values, top)} />
				))}
			</svg>
		</figure>
	);
}

function xOf(index: number, count: number): number {
	return Math.max(0, WIDTH * (1 - (count - 1 - index) / (LOOKS - 1)));
}

function drawLine(values: readonly (number | null)[], top: number): string {
	let line = "";
	let pen = "M";
	values.forEach((value, index) => {
		if (value === null) {
			pen = "M";
			return;
		}
		const y = HEIGHT - 1.5 - (value / top) * (HEIGHT - 3);
		line += `${pen}${xOf(index, values.length).toFixed(1)} ${y.toFixed(1)}`;
		pen = "L";
	});
	return line;
}

function outageSpans(outages: readonly boolean[]): { from: number; to: number }[] {
	const spans: { from: number; to: number }[] = [];
	outages.forEach((out, index) => {
		if (!out) return;
		const to = Math.min(WIDTH, xOf(index + 1, outages.length));
		const last = spans.at(-1);
		if (index > 0 && outages[index - 1] && last !== undefined) last.to = to;
		else spans.push({ from: Math.min(xOf(index, outages.length), WIDTH - 1), to });
	});
	return spans;
}

/** The next of 1, 2, 5, 10, 20 … above: a scale that stays while values change a little. */
function scaleTop(highest: number): number {
	for (let decade = 1; ; decade *= 10)
		for (const step of [1, 2, 5]) if (step * decade >= highest) return step * decade;
}
