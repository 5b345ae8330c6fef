import type { ConnectionStatus } from "polywan-core/status";
import { formatBytes, formatDuration } from "../format.ts";
import { language } from "../words.ts";
import { renderEnd } from "./connection-query.ts";
import type { Group } from "./group.ts";
import { tc } from "./words.ts";

/** One connection; an empty line while it is being read. */
export function ConnectionRow(props: {
	readonly index: number;
	readonly connection: ConnectionStatus | undefined;
	/** Within an open group. */
	readonly inner: boolean;
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
		<tr aria-rowindex={props.index + 2} class={props.inner ? "inner" : ""}>
			<td>{connection.protocol}</td>
			<td title={from}>{from}</td>
			<td title={to}>{to}</td>
			<td>{connection.uplink ?? "–"}</td>
			<td class="soft" title={connection.rule ?? ""}>
				{connection.rule ?? "–"}
			</td>
			<td class="soft">{connection.state.replace("_", " ")}</td>
			<td class="number">{renderBytes(connection.sent_bytes + connection.received_bytes)}</td>
			<td class="number soft">{age === null ? "–" : formatDuration(age * 1000, language.value)}</td>
			{onEnd !== null && (
				<td>
					<button
						type="button"
						class="danger slight"
						aria-label={`${tc("conn.end")}: ${from} → ${to}`}
						onClick={() => onEnd(connection)}
					>
						{tc("conn.end")}
					</button>
				</td>
			)}
		</tr>
	);
}

/** A group with its sums, which opens to what is in it. */
export function GroupRow(props: {
	readonly index: number;
	readonly group: Group;
	readonly name: string;
	readonly open: boolean;
	onToggle(group: Group): void;
	readonly onEnd: ((group: Group) => void) | null;
}) {
	const { group, name, open, onEnd } = props;
	return (
		<tr aria-rowindex={props.index + 2} class="group">
			<td colSpan={3}>
				<button type="button" class="toggle" aria-expanded={open} onClick={() => props.onToggle(group)}>
					<span aria-hidden="true">{open ? "▾" : "▸"}</span> {name}
				</button>
			</td>
			<td colSpan={3} class="soft">
				{tc("conn.groupCount", { count: group.count })}
			</td>
			<td class="number">{renderBytes(group.bytes)}</td>
			<td />
			{onEnd !== null && (
				<td>
					<button
						type="button"
						class="danger slight"
						aria-label={`${tc("conn.endGroup")}: ${name}`}
						onClick={() => onEnd(group)}
					>
						{tc("conn.endGroup")}
					</button>
				</td>
			)}
		</tr>
	);
}

function renderBytes(count: number): string {
	const { value, unit } = formatBytes(count);
	return `${value} ${unit}`;
}
