import type { Quality } from "./read-quality.ts";
import { SPANS_S, type Span } from "./span.ts";
import { isKnown } from "./use-quality.ts";
import { tq } from "./words.ts";

const MOVES = [
	["PageUp", "quality.earlier"],
	["PageDown", "quality.later"],
	["+", "quality.closer"],
	["-", "quality.wider"],
] as const;

/** Which uplink and time; every button does what its key does on the graphs. */
export function SpanControls(props: {
	readonly quality: Quality | null;
	readonly uplinks: readonly string[];
	readonly uplink: string;
	readonly span: Span;
	onUplink(name: string): void;
	onSpan(span: Span): void;
	onKey(key: string): boolean;
}) {
	const { quality, span } = props;
	return (
		<div class="span-controls">
			<label class="field small">
				{tq("quality.uplink")}
				<select value={props.uplink} onChange={(event) => props.onUplink(event.currentTarget.value)}>
					{props.uplinks.map((name) => (
						<option key={name}>{name}</option>
					))}
				</select>
			</label>
			<fieldset class="segments">
				<legend class="small">{tq("quality.span")}</legend>
				{SPANS_S.map((lengthS) => (
					<label key={lengthS}>
						<input
							type="radio"
							name="span"
							checked={span.lengthS === lengthS}
							disabled={!isKnown(quality, lengthS)}
							onChange={() => props.onSpan({ lengthS, endS: null })}
						/>
						<span>{tq(`quality.span${lengthS}`)}</span>
					</label>
				))}
			</fieldset>
			<p class="buttons">
				{MOVES.map(([key, word]) => (
					<button
						key={key}
						type="button"
						class="slight"
						disabled={
							(key === "PageDown" && span.endS === null) ||
							(key === "-" && !isKnown(quality, span.lengthS * 2))
						}
						onClick={() => props.onKey(key)}
					>
						{tq(word)}
					</button>
				))}
				<button
					type="button"
					class="slight"
					disabled={span.endS === null}
					onClick={() => props.onKey("Escape")}
				>
					{tq("quality.now")}
				</button>
			</p>
		</div>
	);
}
