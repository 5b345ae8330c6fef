import type { ConnectionStatus } from "polywan-core/status";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatBytes, formatDuration } from "../format.ts";
import { tm } from "../page/words.ts";
import { language } from "../words.ts";
import { type Order, renderEnd } from "./connection-query.ts";

/** As the style has it: rows of one height are found without being measured. */
const ROW_PX = 34;
/** Rows drawn beyond what is seen, on both sides. */
const MARGIN_ROWS = 12;

/** A table of any length, of which only what is seen is drawn. */
export function ConnectionTable(props: {
	/** With another one it begins at the top. */
	readonly question: string;
	readonly count: number;
	readonly order: Order;
	row(index: number): ConnectionStatus | undefined;
	onSee(first: number, last: number): void;
	onOrder(order: Order): void;
	/** Null: nobody here may end one. */
	readonly onEnd: ((connection: ConnectionStatus) => void) | null;
}) {
	const { count, onEnd } = props;
	const box = useRef<HTMLElement>(null);
	const [seen, setSeen] = useState({ first: 0, rows: 30 });
	const look = () => {
		const element = box.current;
		if (element === null) return;
		const first = Math.floor(element.scrollTop / ROW_PX);
		const rows = Math.ceil(element.clientHeight / ROW_PX);
		if (first !== seen.first || rows !== seen.rows) setSeen({ first, rows });
	};
	const first = Math.max(0, Math.min(seen.first, count - seen.rows) - MARGIN_ROWS);
	const end = Math.min(count, first + seen.rows + 2 * MARGIN_ROWS);
	useEffect(() => box.current?.scrollTo(0, 0), [props.question]);
	useEffect(() => props.onSee(first, Math.max(first, end - 1)), [first, end]);
	useEffect(look);
	const columns = onEnd === null ? 8 : 9;
	const sortable = (sort: Order["sort"], label: string) => {
		const active = props.order.sort === sort;
		const reverse = active && !props.order.reverse;
		return (
			<th
				scope="col"
				class="number"
				aria-sort={active ? (props.order.reverse ? "ascending" : "descending") : undefined}
			>
				<button type="button" class="sort" onClick={() => props.onOrder({ sort, reverse })}>
					{label}
					<span aria-hidden="true">{active ? (props.order.reverse ? " ↑" : " ↓") : ""}</span>
				</button>
			</th>
		);
	};
	const rows = Array.from({ length: end - first }, (_, index) => first + index);
	return (
		<section
			ref={box}
			class="scroll connections"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: without it a keyboard cannot scroll
			tabIndex={0}
			aria-labelledby="connections-title"
			onScroll={look}
		>
			<table aria-rowcount={count + 1}>
				<thead>
					<tr aria-rowindex={1}>
						<th scope="col">{tm("conn.protocol")}</th>
						<th scope="col" class="end">
							{tm("conn.from")}
						</th>
						<th scope="col" class="end">
							{tm("conn.to")}
						</th>
						<th scope="col">{tm("log.uplink")}</th>
						<th scope="col">{tm("conn.rule")}</th>
						<th scope="col" class="wide">
							{tm("conn.state")}
						</th>
						{sortable("bytes", tm("conn.data"))}
						{sortable("age", tm("conn.age"))}
						{onEnd !== null && (
							<th scope="col">
								<span class="unseen">{tm("conn.end")}</span>
							</th>
						)}
					</tr>
				</thead>
				<tbody>
					<Space rows={first} columns={columns} />
					{rows.map((index) => (
						<Row key={index} index={index} connection={props.row(index)} columns={columns} onEnd={onEnd} />
					))}
					<Space rows={count - end} columns={columns} />
				</tbody>
			</table>
		</section>
	);
}

function Space({ rows, columns }: { readonly rows: number; readonly columns: number }) {
	if (rows <= 0) return null;
	return (
		<tr class="space">
			<td colSpan={columns} style={{ height: `${rows * ROW_PX}px` }} />
		</tr>
	);
}

function Row(props: {
	readonly index: number;
	readonly connection: ConnectionStatus | undefined;
	readonly columns: number;
	readonly onEnd: ((connection: ConnectionStatus) => void) | null;
}) {
	const { connection, onEnd } = props;
	if (connection === undefined)
		return (
			<tr aria-rowindex={props.index + 2}>
				<td colSpan={props.columns} class="soft">
					…
				</td>
			</tr>
		);
	const from = renderEnd(connection.source, connection.source_port);
	const to = renderEnd(connection.destination, connection.destination_port);
	const age = connection.age_s;
	return (
		<tr aria-rowindex={props.index + 2}>
			<td>{connection.protocol}</td>
			<td title={from}>{from}</td>
			<td title={to}>{to}</td>
			<td>{connection.uplink ?? "–"}</td>
			<td class="soft">{connection.rule ?? "–"}</td>
			<td class="soft">{connection.state.replace("_", " ")}</td>
			<td class="number">{bytes(connection.sent_bytes + connection.received_bytes)}</td>
			<td class="number soft">{age === null ? "–" : formatDuration(age * 1000, language.value)}</td>
			{onEnd !== null && (
				<td>
					<button
						type="button"
						class="danger slight"
						aria-label={`${tm("conn.end")}: ${from} → ${to}`}
						onClick={() => onEnd(connection)}
					>
						{tm("conn.end")}
					</button>
				</td>
			)}
		</tr>
	);
}

export function bytes(count: number): string {
	const { value, unit } = formatBytes(count);
	return `${value} ${unit}`;
}
