import type { Status } from "polywan-core/status";
import { hostProblem, RECORD_TYPES, type ToolKind, wantsHost } from "polywan-core/tool/request";
import { useState } from "preact/hooks";
import { CheckedInput, InputProblem } from "./checked-input.tsx";
import { Choice } from "./choice.tsx";
import { Refusal } from "./refusal.tsx";
import { useStart } from "./use-start.ts";
import { td } from "./words.ts";

const KINDS = ["ping", "traceroute", "dns", "speedtest", "stun"] as const satisfies readonly ToolKind[];

/** What is to be asked over which uplink. */
export function ToolForm({ status }: { readonly status: Status }) {
	const uplinks = usable(status);
	const [uplink, setUplink] = useState(uplinks[0] ?? "");
	const [kind, setKind] = useState<ToolKind>("ping");
	const [host, setHost] = useState("");
	const [type, setType] = useState("");
	const [family, setFamily] = useState("");
	const { busy, refusal, start } = useStart("tool_start");
	const problem = host === "" ? null : hostProblem(host.trim());
	const isReady = uplink !== "" && (!wantsHost(kind) || (host.trim() !== "" && problem === null));
	const submit = (event: Event) => {
		event.preventDefault();
		if (!isReady || busy) return;
		void start({
			kind,
			uplink,
			...(wantsHost(kind) && { host: host.trim() }),
			...(kind === "dns" && type !== "" && { type }),
			...(kind !== "stun" && family !== "" && { family }),
		});
	};
	return (
		<form onSubmit={submit}>
			<div class="filters">
				<Choice
					label={td("tool.uplink")}
					value={uplink}
					choices={uplinks.map((name) => [name, name])}
					onChange={setUplink}
				/>
				<Choice
					label={td("tool.kind")}
					value={kind}
					choices={KINDS.map((each) => [each, td(`tool.${each}`)])}
					onChange={(value) => setKind(value as ToolKind)}
				/>
				{wantsHost(kind) && (
					<CheckedInput
						id="tool-host"
						label={td("tool.host")}
						value={host}
						problem={problem}
						placeholder="example.com"
						onInput={setHost}
					/>
				)}
				{kind === "dns" && (
					<Choice
						label={td("tool.type")}
						value={type}
						choices={[["", td("tool.typeUsual")], ...RECORD_TYPES.map((each) => [each, each] as const)]}
						onChange={setType}
					/>
				)}
				{kind !== "stun" && (
					<Choice label={td("tool.family")} value={family} choices={families()} onChange={setFamily} />
				)}
				<button type="submit" class="primary" disabled={!isReady || busy}>
					{td("tool.start")}
				</button>
			</div>
			<InputProblem id="tool-host" problem={wantsHost(kind) ? problem : null} />
			<Refusal why={refusal} />
		</form>
	);
}

/** Uplinks that are not switched off, by name. */
export function usable({ uplinks }: Status): readonly string[] {
	return uplinks.filter(({ state }) => state !== "disabled").map(({ name }) => name);
}

function families(): readonly (readonly [string, string])[] {
	return [
		["", td("tool.familyAny")],
		["ipv4", "IPv4"],
		["ipv6", "IPv6"],
	];
}
