import uPlot from "uplot";
import type { Outage } from "./outage.ts";
import type { Values } from "./series.ts";
import type { Bounds } from "./span.ts";

export interface Line {
	readonly label: string;
	readonly values: Values;
}

/** Lines over time that have a unit in common. */
export interface Graph {
	readonly name: string;
	readonly title: string;
	readonly heightPx: number;
	/** Two at most: the second is dashed, so that colour is not all that tells them apart. */
	readonly lines: readonly Line[];
	/** The least top of the scale, which goes from nought. */
	readonly leastTop: number;
	/** Values of a step, not of a moment. */
	readonly stepped: boolean;
	/** Only the lowest says when. */
	readonly lowest: boolean;
	format(value: number): string;
}

export interface Times {
	readonly atS: readonly number[];
	readonly outages: readonly Outage[];
	readonly bounds: Bounds;
	readonly language: string;
}

/** As the style has it: axes of graphs above each other must be of one width. */
const AXIS_PX = 72;
const COLOURS = ["--accent", "--good"] as const;
const DASHES = [[], [5, 3]] as const;
/** A drag shorter than this was a click. */
const LEAST_DRAG_PX = 5;

/** A graph on a canvas, which draws what `state` tells each time it is shown. */
export function drawGraph(
	place: HTMLElement,
	state: { current: { readonly graph: Graph; readonly times: Times } },
	on: { point(index: number | null): void; drag(fromS: number, toS: number): void },
): uPlot {
	const { graph } = state.current;
	const colour = (name: string) => getComputedStyle(place).getPropertyValue(name).trim();
	const axis = {
		stroke: () => colour("--soft"),
		grid: { stroke: () => colour("--line"), width: 1 },
		ticks: { show: false },
		font: "12px system-ui, sans-serif",
	};
	const options: uPlot.Options = {
		width: place.clientWidth || 300,
		height: graph.heightPx,
		legend: { show: false },
		padding: [6, 18, 0, 0],
		cursor: {
			y: false,
			drag: { x: true, y: false, setScale: false },
			sync: { key: "polywan-quality" },
			points: { size: 7, width: 1.5 },
		},
		scales: {
			x: { time: true, range: () => [state.current.times.bounds.fromS, state.current.times.bounds.toS] },
			y: { range: (_, __, most) => [0, scaleTop(Math.max(most ?? 0, graph.leastTop))] },
		},
		axes: [
			{
				...axis,
				size: graph.lowest ? 26 : 6,
				gap: 4,
				space: 72,
				values: (_, splits, __, ___, stepS) =>
					splits.map((atS) => (graph.lowest ? renderTick(atS, stepS, state.current.times.language) : "")),
			},
			{
				...axis,
				size: AXIS_PX,
				gap: 6,
				space: 30,
				values: (_, splits) => splits.map((value) => state.current.graph.format(value).replace(".0 ", " ")),
			},
		],
		series: [
			{},
			...graph.lines.map((_, index) => ({
				stroke: () => colour(COLOURS[index] ?? "--soft"),
				width: 1.5,
				dash: [...(DASHES[index] ?? [])],
				points: { show: false },
				...(graph.stepped && uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
			})),
		],
		hooks: {
			drawClear: [(plot) => shadeOutages(plot, state.current.times.outages, colour("--bad"))],
			setCursor: [({ cursor }) => on.point(cursor.idx ?? null)],
			setSelect: [
				(plot) => {
					const { left, width } = plot.select;
					if (width < LEAST_DRAG_PX) return;
					plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
					on.drag(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
				},
			],
		},
	};
	return new uPlot(options, dataOf(graph, state.current.times), place);
}

export function dataOf({ lines }: Graph, { atS }: Times): uPlot.AlignedData {
	return [[...atS], ...lines.map(({ values }) => [...values])];
}

/** Hatched, with an edge at the top: it is seen without colours, too. */
function shadeOutages({ ctx, bbox, valToPos }: uPlot, outages: readonly Outage[], colour: string): void {
	const pixels = devicePixelRatio || 1;
	ctx.save();
	ctx.beginPath();
	ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
	ctx.clip();
	ctx.fillStyle = colour;
	ctx.strokeStyle = colour;
	ctx.lineWidth = pixels;
	for (const { fromS, toS } of outages) {
		const left = valToPos(fromS, "x", true);
		const width = Math.max(2 * pixels, valToPos(toS, "x", true) - left);
		ctx.globalAlpha = 0.1;
		ctx.fillRect(left, bbox.top, width, bbox.height);
		ctx.globalAlpha = 0.9;
		ctx.fillRect(left, bbox.top, width, 3 * pixels);
		ctx.globalAlpha = 0.4;
		hatch(ctx, left, bbox.top, width, bbox.height, 7 * pixels);
	}
	ctx.restore();
}

function hatch(
	ctx: CanvasRenderingContext2D,
	left: number,
	top: number,
	width: number,
	height: number,
	gap: number,
): void {
	ctx.save();
	ctx.beginPath();
	ctx.rect(left, top, width, height);
	ctx.clip();
	ctx.beginPath();
	// The lines of neighbours meet.
	for (let x = Math.floor((left - height) / gap) * gap; x < left + width; x += gap) {
		ctx.moveTo(x, top + height);
		ctx.lineTo(x + height, top);
	}
	ctx.stroke();
	ctx.restore();
}

const DAY_S = 86_400;

/** A time of day, else a date, as far apart as the ticks are. */
function renderTick(atS: number, stepS: number, language: string): string {
	const at = new Date(atS * 1000);
	const isMidnight = at.getHours() + at.getMinutes() === 0;
	if (stepS >= 28 * DAY_S) return at.toLocaleDateString(language, { month: "short", year: "2-digit" });
	if (stepS >= DAY_S || (isMidnight && stepS >= 60))
		return at.toLocaleDateString(language, { month: "short", day: "numeric" });
	return at.toTimeString().slice(0, stepS >= 60 ? 5 : 8);
}

/** The next of 1, 2, 5, 10, 20 … above: a scale that stays while values change a little. */
function scaleTop(highest: number): number {
	for (let decade = 1; ; decade *= 10)
		for (const step of [1, 2, 5]) if (step * decade >= highest) return step * decade;
}
