import type { ConnectionStatus } from "polywan-core/status";
import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { language } from "../words.ts";
import type { Order } from "./connection-query.ts";
import { ConnectionRow, GroupRow } from "./connection-row.tsx";
import type { Group, Item } from "./group.ts";
import { tc } from "./words.ts";

/** As the style has it: rows of one height are found without being measured. */
const ROW_PX = 34;
/** On a phone a connection takes three short lines. */
const TALL_ROW_PX = 78;
const PHONE = matchMedia("(max-width: 560px)");
/** Rows drawn beyond what is seen, on both sides; as many are scrolled before there is something to do. */
const MARGIN_ROWS = 16;

/** Rows kept as they were drawn: those that are seen are among them. */
const MOST_DRAWN = 500;

interface TableProps {
	/** With another one it begins at the top. */
	readonly question: string;
	readonly count: number;
	readonly order: Order;
	item(index: number): Item | undefined;
	onSee(first: number, last: number): void;
	onOrder(order: Order): void;
	onToggle(group: Group): void;
	groupName(group: Group): string;
	/** Null: nobody here may end one. */
	readonly onEnd: ((connection: ConnectionStatus) => void) | null;
	readonly onEndGroup: ((group: Group) => void) | null;
}

/** A table of any length, of which only what is seen is drawn. */
export function ConnectionTable(props: TableProps) {
	const { count, onEnd } = props;
	const box = useRef<HTMLElement>(null);
	const [seen, setSeen] = useState({ first: 0, rows: 30 });
	const rowPx = useRowPx();
	const look = () => {
		const element = box.current;
		if (element === null) return;
		// In steps of half the margin, so that most frames of scrolling draw nothing.
		const step = MARGIN_ROWS / 2;
		const first = Math.floor(element.scrollTop / rowPx / step) * step;
		const rows = Math.ceil(element.clientHeight / rowPx) + step;
		if (first !== seen.first || rows !== seen.rows) setSeen({ first, rows });
	};
	const first = Math.max(0, Math.min(seen.first, count - seen.rows) - MARGIN_ROWS);
	const end = Math.min(count, first + seen.rows + 2 * MARGIN_ROWS);
	useEffect(() => box.current?.scrollTo(0, 0), [props.question]);
	useEffect(() => props.onSee(first, Math.max(first, end - 1)), [first, end]);
	useEffect(look);
	const columns = onEnd === null ? 8 : 9;
	const rows = Array.from({ length: end - first }, (_, index) => first + index);
	const draw = useRows(props, columns);
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
						<th scope="col">{tc("conn.protocol")}</th>
						<th scope="col" class="end">
							{tc("conn.from")}
						</th>
						<th scope="col" class="end">
							{tc("conn.to")}
						</th>
						<th scope="col">{tc("conn.uplink")}</th>
						<th scope="col" class="wide">
							{tc("conn.rule")}
						</th>
						<th scope="col" class="wide">
							{tc("conn.state")}
						</th>
						<Sortable sort="bytes" label={tc("conn.data")} order={props.order} onOrder={props.onOrder} />
						<Sortable sort="age" label={tc("conn.age")} order={props.order} onOrder={props.onOrder} />
						{onEnd !== null && (
							<th scope="col">
								<span class="unseen">{tc("conn.end")}</span>
							</th>
						)}
					</tr>
				</thead>
				<tbody>
					<Space px={first * rowPx} columns={columns} />
					{rows.map(draw)}
					<Space px={(count - end) * rowPx} columns={columns} />
				</tbody>
			</table>
		</section>
	);
}

function useRowPx(): number {
	const [isPhone, setPhone] = useState(PHONE.matches);
	useEffect(() => {
		const turn = () => setPhone(PHONE.matches);
		PHONE.addEventListener("change", turn);
		return () => PHONE.removeEventListener("change", turn);
	}, []);
	return isPhone ? TALL_ROW_PX : ROW_PX;
}

/** What a row is drawn by; a row that is as it was is not even compared. */
function useRows(props: TableProps, columns: number): (index: number) => VNode {
	const latest = useRef(props);
	latest.current = props;
	const { onEnd, onEndGroup } = props;
	const mayEnd = onEnd !== null && onEndGroup !== null;
	const words = language.value;
	// A table that says the same otherwise is drawn anew.
	const drawn = useMemo(
		() => new Map<number, { readonly item: Item | undefined; readonly row: VNode }>(),
		[columns, mayEnd, words, props.question],
	);
	const toggle = useCallback((group: Group) => latest.current.onToggle(group), []);
	const endOne = useCallback((connection: ConnectionStatus) => latest.current.onEnd?.(connection), []);
	const endGroup = useCallback((group: Group) => latest.current.onEndGroup?.(group), []);
	return (index) => {
		const item = props.item(index);
		const before = drawn.get(index);
		if (before !== undefined && before.item === item) return before.row;
		const row =
			item?.kind === "group" ? (
				<GroupRow
					key={index}
					index={index}
					group={item.group}
					name={props.groupName(item.group)}
					open={item.open}
					onToggle={toggle}
					onEnd={mayEnd ? endGroup : null}
				/>
			) : (
				<ConnectionRow
					key={index}
					index={index}
					connection={item?.connection}
					inner={item?.inner ?? false}
					columns={columns}
					onEnd={mayEnd ? endOne : null}
				/>
			);
		if (drawn.size > MOST_DRAWN) drawn.clear();
		drawn.set(index, { item, row });
		return row;
	};
}

function Sortable(props: {
	readonly sort: Order["sort"];
	readonly label: string;
	readonly order: Order;
	onOrder(order: Order): void;
}) {
	const { sort, order } = props;
	const active = order.sort === sort;
	return (
		<th
			scope="col"
			class="number"
			aria-sort={active ? (order.reverse ? "ascending" : "descending") : undefined}
		>
			<button
				type="button"
				class="sort"
				onClick={() => props.onOrder({ sort, reverse: active && !order.reverse })}
			>
				{props.label}
				<span aria-hidden="true">{active ? (order.reverse ? " ↑" : " ↓") : ""}</span>
			</button>
		</th>
	);
}

function Space({ px, columns }: { readonly px: number; readonly columns: number }) {
	if (px <= 0) return null;
	return (
		<tr class="space">
			<td colSpan={columns} style={{ height: `${px}px` }} />
		</tr>
	);
}
