import type { Status } from "polywan-core/status";
import { CAPTURE_BYTES, CAPTURE_SECONDS, filterProblem } from "polywan-core/tool/request";
import { useState } from "preact/hooks";
import { formatBytes } from "../format.ts";
import { CheckedInput, InputProblem } from "./checked-input.tsx";
import { Choice } from "./choice.tsx";
import { Refusal } from "./refusal.tsx";
import { usable } from "./tool-form.tsx";
import { useStart } from "./use-start.ts";
import { td } from "./words.ts";

const SIZES = [100_000, CAPTURE_BYTES.usual, 4_000_000, CAPTURE_BYTES.max];
const TIMES = [10, CAPTURE_SECONDS.usual, 60, 120, CAPTURE_SECONDS.max];

/** Which packets of which uplink, and how many. */
export function CaptureForm({ status }: { readonly status: Status }) {
	const uplinks = usable(status);
	const [uplink, setUplink] = useState(uplinks[0] ?? "");
	const [filter, setFilter] = useState("");
	const [bytes, setBytes] = useState<number>(CAPTURE_BYTES.usual);
	const [seconds, setSeconds] = useState<number>(CAPTURE_SECONDS.usual);
	const { busy, refusal, start } = useStart("capture_start");
	const problem = filterProblem(filter.trim());
	const isReady = uplink !== "" && problem === null && !busy;
	const submit = (event: Event) => {
		event.preventDefault();
		if (isReady) void start({ uplink, filter: filter.trim(), bytes, seconds });
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
				<CheckedInput
					id="capture-filter"
					label={td("capture.filter")}
					value={filter}
					problem={problem}
					placeholder="host 192.0.2.1 and port 443"
					onInput={setFilter}
				/>
				<Choice
					label={td("capture.size")}
					value={String(bytes)}
					choices={SIZES.map((each) => [String(each), renderBytes(each)])}
					onChange={(value) => setBytes(Number(value))}
				/>
				<Choice
					label={td("capture.seconds")}
					value={String(seconds)}
					choices={TIMES.map((each) => [String(each), String(each)])}
					onChange={(value) => setSeconds(Number(value))}
				/>
				<button type="submit" class="primary" disabled={!isReady}>
					{td("tool.start")}
				</button>
			</div>
			<InputProblem id="capture-filter" problem={problem} />
			<Refusal why={refusal} />
		</form>
	);
}

export function renderBytes(bytes: number): string {
	const { value, unit } = formatBytes(bytes);
	return `${value} ${unit}`;
}
