import "../shared.ts";
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import uplotStyle from "uplot/dist/uPlot.min.css";
import { usePanel } from "../panel.ts";
import { dataOf, drawGraph, type Graph, type Times } from "./graph.ts";
import { tq } from "./words.ts";

/** Indices that Page Up and Page Down do not read but move in time are the page's. */
const KEYS: Readonly<Record<string, (index: number, last: number) => number>> = {
	ArrowLeft: (index) => index - 1,
	ArrowRight: (index) => index + 1,
	Home: () => 0,
	End: (_, last) => last,
};

/** Graphs with one time axis; what is pointed at in one is read in all. The keyboard reads values as a slider does. */
export function GraphStack(props: {
	readonly label: string;
	readonly graphs: readonly Graph[];
	readonly times: Times;
	readonly timeOf: (atS: number) => string;
	onDrag(fromS: number, toS: number): void;
	/** True: the key meant something. */
	onKey(key: string): boolean;
}) {
	const { adopt } = usePanel();
	useMemo(() => adopt(uplotStyle), [adopt]);
	const { graphs, times } = props;
	const pointed = useMemo(() => signal<number | null>(null), []);
	const plots = useRef(new Map<string, uPlot>());
	const last = times.atS.length - 1;
	const index = Math.min(pointed.value ?? last, last);
	const point = (wanted: number) => {
		const to = Math.max(0, Math.min(last, wanted));
		for (const plot of plots.current.values())
			plot.setCursor({ left: plot.valToPos(times.atS[to] ?? 0, "x"), top: 0 });
		pointed.value = to;
	};
	const press = (event: KeyboardEvent) => {
		const move = KEYS[event.key];
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		if (move !== undefined) point(move(index, last));
		else if (!props.onKey(event.key)) return;
		event.preventDefault();
	};
	const readings = graphs.map(({ title, lines, format }) => {
		const values = lines.map(({ label, values }) => `${label} ${render(values[index], format)}`);
		return `${title}: ${values.join(", ")}`;
	});
	const moment = times.atS[index];
	return (
		<div
			class="graph-stack"
			role="slider"
			tabIndex={0}
			aria-label={props.label}
			aria-describedby="zoom-hint"
			aria-valuemin={0}
			aria-valuemax={Math.max(0, last)}
			aria-valuenow={Math.max(0, index)}
			aria-valuetext={
				moment === undefined ? tq("quality.none") : [props.timeOf(moment), ...readings].join("; ")
			}
			onKeyDown={press}
		>
			{graphs.map((graph) => (
				<OneGraph
					key={graph.name}
					graph={graph}
					times={times}
					pointed={pointed}
					plots={plots.current}
					onDrag={props.onDrag}
				/>
			))}
		</div>
	);
}

function OneGraph(props: {
	readonly graph: Graph;
	readonly times: Times;
	readonly pointed: Signal<number | null>;
	readonly plots: Map<string, uPlot>;
	onDrag(fromS: number, toS: number): void;
}) {
	const { graph, times, pointed, plots } = props;
	const place = useRef<HTMLDivElement>(null);
	const state = useRef({ graph, times, onDrag: props.onDrag });
	state.current = { graph, times, onDrag: props.onDrag };
	const lineCount = graph.lines.length;
	useEffect(() => {
		const element = place.current;
		if (element === null) return;
		const plot = drawGraph(element, state, {
			point: (index) => {
				pointed.value = index;
			},
			drag: (fromS, toS) => state.current.onDrag(fromS, toS),
		});
		plots.set(graph.name, plot);
		const stop = followPlace(element, plot, graph.heightPx);
		return () => {
			stop();
			plots.delete(graph.name);
			plot.destroy();
		};
	}, [graph.name, graph.heightPx, lineCount]);
	useEffect(() => plots.get(graph.name)?.setData(dataOf(graph, times)), [graph, times, plots]);
	const last = times.atS.length - 1;
	const index = Math.min(pointed.value ?? last, last);
	return (
		<figure>
			<figcaption>
				<span class="soft">{graph.title}</span>
				{graph.lines.map(({ label, values }, line) => (
					<span key={label} class="key number">
						<svg viewBox="0 0 18 4" aria-hidden="true">
							<path class={`line${line}`} d="M0 2H18" />
						</svg>
						{label} <b>{render(values[index], graph.format)}</b>
					</span>
				))}
			</figcaption>
			<div ref={place} style={{ height: `${graph.heightPx}px` }} />
		</figure>
	);
}

/** As wide as its place, in the colours of the moment. */
function followPlace(place: HTMLElement, plot: uPlot, heightPx: number): () => void {
	const sizes = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: heightPx }));
	sizes.observe(place);
	const root = place.getRootNode();
	const looks = new MutationObserver(() => plot.redraw());
	if (root instanceof ShadowRoot) looks.observe(root.host, { attributeFilter: ["data-dark"] });
	return () => {
		sizes.disconnect();
		looks.disconnect();
	};
}

function render(value: number | null | undefined, format: (value: number) => string): string {
	return value === null || value === undefined ? "–" : format(value);
}
