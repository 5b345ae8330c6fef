import "../shared.ts";
import type { ConnectionStatus, Status } from "polywan-core/status";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { RpcTable } from "ubus-js/browser";
import { Failed } from "../page/failed.tsx";
import { tm } from "../page/words.ts";
import { usePanel } from "../panel.ts";
import { liveness, readOnly } from "../store.ts";
import { ConnectionFilter, criteriaFor, type Filter, NO_FILTER } from "./connection-filter.tsx";
import { HostGroups, UplinkGroups } from "./connection-groups.tsx";
import { criteriaOf, groupByHost, mentions, type Order, renderEnd } from "./connection-query.ts";
import { ConnectionTable } from "./connection-table.tsx";
import { ConnectionWindow, SAMPLE_ROWS } from "./connection-window.ts";

const REFRESH_MS = 3000;

/** What the router carries now: sorted and filtered there, and shown in windows of any list's length. */
export function ConnectionsPage({ status }: { readonly status: Status }) {
	const { session } = usePanel();
	const list = useMemo(() => new ConnectionWindow(session), [session]);
	const [filter, setFilter] = useState<Filter>(NO_FILTER);
	const [order, setOrder] = useState<Order>({ sort: "bytes", reverse: false });
	const [round, setRound] = useState(0);
	const text = filter.text.trim().toLowerCase();
	const sample = text !== "" || filter.grouping === "host";
	const criteria = criteriaFor(filter);
	const question = JSON.stringify({ criteria, order, sample });
	const alive = liveness.value.kind === "live";
	useEffect(() => list.want(JSON.parse(question)), [list, question]);
	useEffect(() => {
		if (!alive) return;
		const timer = setInterval(() => {
			if (document.hidden) return;
			list.refresh();
			setRound((before) => before + 1);
		}, REFRESH_MS);
		return () => clearInterval(timer);
	}, [list, alive]);
	const end = useEnding(() => {
		list.refresh();
		setRound((before) => before + 1);
	});
	const total = list.total.value;
	const sampled = sample ? (list.pages.value.get(0) ?? []) : [];
	const found = text === "" ? sampled : sampled.filter((connection) => mentions(connection, text));
	const count = sample ? found.length : (total ?? 0);
	const change = (next: Partial<Filter>) => setFilter((before) => ({ ...before, ...next }));
	const endAll = () => {
		if (confirm(tm("conn.endTheseAsk", { count }))) void end.send({ ...criteria });
	};
	const pending = list.pending.value;
	const bounded = !pending && Object.keys(criteria).length > 0 && text === "" && filter.grouping === "none";
	return (
		<div class="card">
			<header>
				<h2 id="connections-title">{tm("conn.number")}</h2>
				<span class="soft small number">{total !== null && tm("conn.count", { count })}</span>
				<span class="small" role="status">
					{end.said}
				</span>
				{!readOnly.value && bounded && count > 0 && (
					<button type="button" class="danger push" onClick={endAll}>
						{tm("conn.endThese", { count })}
					</button>
				)}
			</header>
			<Failed when={list.failed.value} />
			<ConnectionFilter filter={filter} status={status} onChange={change} />
			{sample && total !== null && total > SAMPLE_ROWS && (
				<p class="soft small">{tm("conn.sample", { count: SAMPLE_ROWS, total })}</p>
			)}
			{!list.accounting.value && <p class="soft small">{tm("conn.noAccounting")}</p>}
			{filter.grouping === "uplink" ? (
				<UplinkGroups
					status={status}
					criteria={criteria}
					round={round}
					onShow={(uplink) => change({ uplink, grouping: "none" })}
				/>
			) : filter.grouping === "host" ? (
				<HostGroups groups={groupByHost(found)} onShow={(source) => change({ source, grouping: "none" })} />
			) : (
				<ConnectionTable
					question={question}
					count={count}
					order={order}
					row={(index) => (sample ? found[index] : list.row(index))}
					onSee={(first, last) => list.see(first, last)}
					onOrder={setOrder}
					onEnd={readOnly.value ? null : (connection) => end.ask(connection)}
				/>
			)}
			{!pending && count === 0 && filter.grouping !== "uplink" && <p class="soft">{tm("conn.none")}</p>}
		</div>
	);
}

/** Ends connections, and says what came of it. */
function useEnding(onEnded: () => void) {
	const { session } = usePanel();
	const [said, setSaid] = useState("");
	const send = async (criteria: RpcTable) => {
		try {
			const { killed } = await session.call("polywan", "connections_kill", criteria);
			setSaid(tm("conn.ended", { count: Number(killed ?? 0) }));
			onEnded();
		} catch {
			setSaid(tm("conn.refused"));
		}
	};
	const ask = (connection: ConnectionStatus) => {
		const { source, source_port: sourcePort, destination, destination_port: destinationPort } = connection;
		const what = `${renderEnd(source, sourcePort)} → ${renderEnd(destination, destinationPort)}`;
		if (confirm(tm("conn.endAsk", { what }))) void send(criteriaOf(connection));
	};
	return { said, send, ask };
}
