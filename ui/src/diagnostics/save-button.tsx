import type { ToolFilePart, ToolRun } from "polywan-core/tool/news";
import { useState } from "preact/hooks";
import { RpcError, type UbusSession } from "ubus-js/browser";
import { usePanel } from "../panel.ts";
import { renderBytes } from "./capture-form.tsx";
import { note } from "./note.ts";
import { td } from "./words.ts";

const PART_TIMEOUT_MS = 20_000;

/** Brings a run's file to the browser; then the router need not keep it. */
export function SaveButton({ run }: { readonly run: ToolRun }) {
	const { session } = usePanel();
	const [percent, setPercent] = useState<number | null>(null);
	const save = async () => {
		setPercent(0);
		try {
			const bytes = await fetchFile(session, run, setPercent);
			const name = fileName(run);
			saveAs(name, bytes);
			note.value = { of: run.kind, text: td("file.saved", { name }) };
			await session.call("polywan", "tool_stop", { id: run.id });
		} catch (error) {
			if (!(error instanceof RpcError)) throw error;
			note.value = { of: run.kind, text: td("file.failed") };
		} finally {
			setPercent(null);
		}
	};
	return (
		<button type="button" class="primary" disabled={percent !== null} onClick={() => void save()}>
			{percent === null
				? td("file.save", { size: renderBytes(run.file_bytes) })
				: td("file.saving", { percent })}
		</button>
	);
}

/** Part by part, as ubus carries no more at once. Rejects with RpcError. */
async function fetchFile(
	session: UbusSession<AbortSignal>,
	{ id, kind }: ToolRun,
	onPercent: (percent: number) => void,
): Promise<Uint8Array<ArrayBuffer>[]> {
	const method = kind === "capture" ? "capture_file" : "tool_file";
	const pieces: Uint8Array<ArrayBuffer>[] = [];
	for (let part = 0, parts = 1; part < parts; part++) {
		const answer = await session.call("polywan", method, { id, part }, { timeoutMs: PART_TIMEOUT_MS });
		const { data, parts: all } = answer as unknown as ToolFilePart;
		pieces.push(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
		parts = all;
		onPercent(Math.round((100 * (part + 1)) / parts));
	}
	return pieces;
}

function saveAs(name: string, pieces: Uint8Array<ArrayBuffer>[]): void {
	const url = URL.createObjectURL(new Blob(pieces, { type: "application/octet-stream" }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	URL.revokeObjectURL(url);
}

function fileName({ kind, uplink, started_at_ms: startedMs }: ToolRun): string {
	const when = new Date(startedMs).toISOString().slice(0, 16).replace(":", "");
	return kind === "capture" ? `polywan-${uplink}-${when}.pcap` : `polywan-support-${when}.txt`;
}
