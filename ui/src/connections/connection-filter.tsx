import { parseNetwork } from "polywan-core/address";
import type { Status } from "polywan-core/status";
import { useId } from "preact/hooks";
import type { Criteria } from "./connection-query.ts";
import type { Grouping } from "./group.ts";
import { tc } from "./words.ts";

/** As typed and chosen; empty: any. */
export interface Filter {
	readonly uplink: string;
	readonly protocol: string;
	readonly source: string;
	readonly destination: string;
	readonly text: string;
	readonly grouping: Grouping;
}

export const NO_FILTER: Filter = {
	uplink: "",
	protocol: "",
	source: "",
	destination: "",
	text: "",
	grouping: "none",
};

/** What of a filter the router applies. An address that is not whole yet counts as none. */
export function criteriaFor({ uplink, protocol, source, destination }: Filter): Criteria {
	return {
		...(uplink !== "" && { uplink }),
		...(protocol !== "" && { protocol }),
		...(isNetwork(source) && { source: source.trim() }),
		...(isNetwork(destination) && { destination: destination.trim() }),
	};
}

function isNetwork(text: string): boolean {
	return parseNetwork(text.trim()) !== null;
}

export function ConnectionFilter(props: {
	readonly filter: Filter;
	readonly status: Status;
	onChange(change: Partial<Filter>): void;
}) {
	const { filter, onChange } = props;
	return (
		<search class="filters">
			<label class="field small">
				{tc("conn.uplink")}
				<select value={filter.uplink} onChange={(event) => onChange({ uplink: event.currentTarget.value })}>
					<option value="">{tc("conn.all")}</option>
					{props.status.uplinks.map(({ name }) => (
						<option key={name}>{name}</option>
					))}
				</select>
			</label>
			<label class="field small">
				{tc("conn.protocol")}
				<select
					value={filter.protocol}
					onChange={(event) => onChange({ protocol: event.currentTarget.value })}
				>
					<option value="">{tc("conn.all")}</option>
					{["tcp", "udp", "icmp"].map((name) => (
						<option key={name}>{name}</option>
					))}
				</select>
			</label>
			<NetworkInput label={tc("conn.from")} value={filter.source} onType={(source) => onChange({ source })} />
			<NetworkInput
				label={tc("conn.to")}
				value={filter.destination}
				onType={(destination) => onChange({ destination })}
			/>
			<label class="field small">
				{tc("conn.contains")}
				<input
					type="search"
					value={filter.text}
					onInput={(event) => onChange({ text: event.currentTarget.value })}
				/>
			</label>
			<label class="field small">
				{tc("conn.group")}
				<select
					value={filter.grouping}
					onChange={(event) => onChange({ grouping: event.currentTarget.value as Grouping })}
				>
					<option value="none">{tc("conn.groupNone")}</option>
					<option value="uplink">{tc("conn.groupUplink")}</option>
					<option value="host">{tc("conn.groupHost")}</option>
					<option value="rule">{tc("conn.groupRule")}</option>
					<option value="app">{tc("conn.groupApp")}</option>
				</select>
			</label>
		</search>
	);
}

function NetworkInput(props: { readonly label: string; readonly value: string; onType(text: string): void }) {
	const id = useId();
	const wrong = props.value.trim() !== "" && !isNetwork(props.value);
	return (
		<label class="field small" for={id}>
			{props.label}
			<input
				id={id}
				type="search"
				autocomplete="off"
				autocapitalize="none"
				spellcheck={false}
				value={props.value}
				placeholder={tc("conn.example")}
				aria-invalid={wrong}
				aria-describedby={`${id}-wrong`}
				onInput={(event) => props.onType(event.currentTarget.value)}
			/>
			<span id={`${id}-wrong`} class="wrong" role="status">
				{wrong ? tc("conn.badAddress") : ""}
			</span>
		</label>
	);
}
