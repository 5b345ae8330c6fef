import type { Status } from "polywan-core/status";
import { useEffect, useState } from "preact/hooks";
import { tm } from "../page/words.ts";
import { usePanel } from "../panel.ts";
import { Scroll } from "../part/scroll.tsx";
import { type Criteria, type HostGroup, readPage } from "./connection-query.ts";
import { bytes } from "./connection-table.tsx";

const BY_BYTES = { sort: "bytes", reverse: false } as const;

/** How many connections each uplink carries of those the filter lets through. */
export function UplinkGroups(props: {
	readonly status: Status;
	readonly criteria: Criteria;
	/** Another number: count again. */
	readonly round: number;
	onShow(uplink: string): void;
}) {
	const { session } = usePanel();
	const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
	const names = props.status.uplinks.map(({ name }) => name).join(" ");
	const criteria = JSON.stringify(props.criteria);
	useEffect(() => {
		let wanted = true;
		const ask = names.split(" ").filter(Boolean);
		Promise.all(
			ask.map((uplink) => readPage(session, { ...JSON.parse(criteria), uplink }, BY_BYTES, 0, 1)),
		).then(
			(pages) => {
				if (wanted) setCounts(new Map(pages.map(({ total }, index) => [ask[index] ?? "", total])));
			},
			// The list above says that nothing answers.
			() => {},
		);
		return () => {
			wanted = false;
		};
	}, [session, names, criteria, props.round]);
	return (
		<Groups
			title={tm("conn.groupUplink")}
			groups={[...counts].map(([name, count]) => ({ name, count, data: null }))}
			onShow={props.onShow}
		/>
	);
}

/** Who in the LAN has how many, and how much went through them. */
export function HostGroups(props: { readonly groups: readonly HostGroup[]; onShow(host: string): void }) {
	return (
		<Groups
			title={tm("conn.groupHost")}
			groups={props.groups.map(({ host, count, bytes: total }) => ({
				name: host,
				count,
				data: bytes(total),
			}))}
			onShow={props.onShow}
		/>
	);
}

function Groups(props: {
	readonly title: string;
	readonly groups: readonly { readonly name: string; readonly count: number; readonly data: string | null }[];
	onShow(name: string): void;
}) {
	const withData = props.groups.some(({ data }) => data !== null);
	return (
		<Scroll labelledBy="connections-title">
			<table class="groups">
				<thead>
					<tr>
						<th scope="col">{props.title}</th>
						<th scope="col" class="number">
							{tm("conn.number")}
						</th>
						{withData && (
							<th scope="col" class="number">
								{tm("conn.data")}
							</th>
						)}
						<th scope="col">
							<span class="unseen">{tm("conn.show")}</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{props.groups.map(({ name, count, data }) => (
						<tr key={name}>
							<th scope="row">{name}</th>
							<td class="number">{count}</td>
							{withData && <td class="number">{data}</td>}
							<td class="number">
								<button
									type="button"
									class="slight"
									aria-label={`${tm("conn.show")}: ${name}`}
									onClick={() => props.onShow(name)}
								>
									{tm("conn.show")}
								</button>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</Scroll>
	);
}
