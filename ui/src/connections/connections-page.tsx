import "../shared.ts";
import { signal } from "@preact/signals";
import type { ConnectionStatus, Status } from "polywan-core/status";
import { useEffect, useMemo } from "preact/hooks";
import { Failed } from "../page/failed.tsx";
import { usePanel } from "../panel.ts";
import { liveness, readOnly } from "../store.ts";
import { ConnectionFilter, criteriaFor, type Filter, NO_FILTER } from "./connection-filter.tsx";
import { mentions, type Order } from "./connection-query.ts";
import { ConnectionTable } from "./connection-table.tsx";
import { ConnectionWindow, SAMPLE_ROWS } from "./connection-window.ts";
import style from "./connections.css";
import { type Ending, MOST_ONE_BY_ONE, useEnding } from "./ending.ts";
import { type Group, groupConnections, type Item, listItems } from "./group.ts";
import { useUplinkTotals } from "./use-uplink-totals.ts";
import { tc } from "./words.ts";

const REFRESH_MS = 3000;
/** Of all that is searched and grouped, which are some thousands. */
const SAMPLE_REFRESH_MS = 6000;

/** What was chosen stays while other pages are looked at. */
const filter = signal<Filter>(NO_FILTER);
const order = signal<Order>({ sort: "bytes", reverse: false });
const openGroups = signal<ReadonlySet<string>>(new Set());

/** What the router carries now: sorted and filtered there, and shown in windows of any list's length. */
export function ConnectionsPage({ status }: { readonly status: Status }) {
	const { adopt, session } = usePanel();
	useMemo(() => adopt(style), [adopt]);
	const list = useMemo(() => new ConnectionWindow(session), [session]);
	const chosen = filter.value;
	const { grouping } = chosen;
	const text = chosen.text.trim().toLowerCase();
	const sample = text !== "" || grouping !== "none";
	const criteria = criteriaFor(chosen);
	const question = JSON.stringify({ criteria, order: order.value, sample });
	useEffect(() => list.want(JSON.parse(question)), [list, question]);
	useRefresh(list, sample ? SAMPLE_REFRESH_MS : REFRESH_MS);
	const end = useEnding(() => list.refresh());
	const total = list.total.value;
	const totals = useUplinkTotals(
		session,
		criteria,
		status.uplinks.map(({ name }) => name),
		grouping === "uplink" && text === "" && chosen.uplink === "" && (total ?? 0) > SAMPLE_ROWS,
		list.pages.value,
	);
	const { items, matches } = useItems(list, sample, text, totals);
	const found = sample ? matches.length : (total ?? 0);
	const count = sample ? items.length : found;
	const isThere = total !== null && (!sample || list.sampled.value);
	const empty = !list.pending.value && found === 0;
	return (
		<div class="card">
			<header>
				<h2 id="connections-title">{tc("conn.number")}</h2>
				<span class="soft small number">{isThere && tc("conn.count", { count: found })}</span>
				<span class="small" role="status">
					{end.said}
				</span>
				{!readOnly.value && !list.pending.value && (
					<EndThese end={end} count={found} text={text} matches={matches} />
				)}
			</header>
			<Failed when={list.failed.value} />
			<ConnectionFilter
				filter={chosen}
				status={status}
				onChange={(change) => {
					filter.value = { ...chosen, ...change };
				}}
			/>
			{sample && total !== null && total > SAMPLE_ROWS && (
				<p class="soft small">{tc("conn.sample", { count: SAMPLE_ROWS, total })}</p>
			)}
			{!list.accounting.value && <p class="soft small">{tc("conn.noAccounting")}</p>}
			<ConnectionTable
				question={question + grouping}
				count={count}
				order={order.value}
				item={(index) => (sample ? items[index] : plain(list.row(index)))}
				onSee={(first, last) => list.see(first, last)}
				onOrder={(next) => {
					order.value = next;
				}}
				onToggle={({ key }) => {
					const open = new Set(openGroups.value);
					if (!open.delete(key)) open.add(key);
					openGroups.value = open;
				}}
				groupName={(group) => nameOf(group)}
				onEnd={readOnly.value ? null : end.one}
				onEndGroup={readOnly.value ? null : (group) => endGroup(end, group, text)}
			/>
			{empty && <p class="soft">{tc("conn.none")}</p>}
		</div>
	);
}

/** Reads again what is on the screen, while somebody looks. */
function useRefresh(list: ConnectionWindow, everyMs: number): void {
	const alive = liveness.value.kind === "live";
	useEffect(() => {
		if (!alive) return;
		const timer = setInterval(() => !document.hidden && list.refresh(), everyMs);
		return () => clearInterval(timer);
	}, [list, alive, everyMs]);
}

/** What of the sample the text is found in, and the lines that show it. */
function useItems(
	list: ConnectionWindow,
	sample: boolean,
	text: string,
	totals: ReadonlyMap<string, number>,
) {
	const page = sample && list.sampled.value ? list.pages.value.get(0) : undefined;
	const { grouping } = filter.value;
	const open = openGroups.value;
	const matches = useMemo(
		() => (page ?? []).filter((connection) => text === "" || mentions(connection, text)),
		[page, text],
	);
	const groups = useMemo(
		() => (grouping === "none" ? [] : groupConnections(matches, grouping)),
		[matches, grouping],
	);
	const items = useMemo(
		() => (grouping === "none" ? matches.map(alone) : listItems(withTotals(groups, totals), open)),
		[matches, groups, grouping, open, totals],
	);
	return { items, matches };
}

function withTotals(groups: readonly Group[], totals: ReadonlyMap<string, number>): readonly Group[] {
	if (totals.size === 0) return groups;
	return groups.map((group) => ({ ...group, count: totals.get(group.name) ?? group.count }));
}

function plain(connection: ConnectionStatus | undefined): Item | undefined {
	return connection === undefined ? undefined : alone(connection);
}

/** What is asked for twice is the same: so a table knows that it has not changed. */
const itemsOf = new WeakMap<ConnectionStatus, Item>();

function alone(connection: ConnectionStatus): Item {
	const item = itemsOf.get(connection) ?? { kind: "connection", connection, inner: false };
	itemsOf.set(connection, item);
	return item;
}

/** All that the filter lets through; never everything there is. */
function EndThese(props: {
	readonly end: Ending;
	readonly count: number;
	readonly text: string;
	readonly matches: readonly ConnectionStatus[];
}) {
	const { end, count, text, matches } = props;
	const criteria = criteriaFor(filter.value);
	const isBounded = text === "" ? Object.keys(criteria).length > 0 : count <= MOST_ONE_BY_ONE;
	if (!isBounded || count === 0) return null;
	return (
		<button
			type="button"
			class="danger push"
			onClick={() => (text === "" ? end.matching(criteria, null) : end.each(matches, null))}
		>
			{tc("conn.endThese", { count })}
		</button>
	);
}

/** Where the router can mean the group, all of it is ended; else those that are listed. */
function endGroup(end: Ending, group: Group, text: string): void {
	const { grouping } = filter.value;
	const criteria = criteriaFor(filter.value);
	if (text === "" && group.name !== "" && grouping === "uplink")
		end.matching({ ...criteria, uplink: group.name }, group.name);
	else if (text === "" && grouping === "host") end.matching({ ...criteria, source: group.name }, group.name);
	else end.each(group.connections.slice(0, MOST_ONE_BY_ONE), nameOf(group));
}

function nameOf({ name, connections }: Group): string {
	if (name !== "") return name;
	const { grouping } = filter.value;
	if (grouping === "uplink") return tc("conn.noUplink");
	if (grouping === "rule") return tc("conn.noRule");
	return tc("conn.otherApp", { protocol: (connections[0]?.protocol ?? "").toUpperCase() });
}
