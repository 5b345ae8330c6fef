import type { ToolStart } from "polywan-core/tool/news";
import { useState } from "preact/hooks";
import { RpcError, type RpcTable } from "ubus-js/browser";
import { usePanel } from "../panel.ts";

export interface Starting {
	readonly busy: boolean;
	/** Why the last one was not started, in the router's words; empty otherwise. */
	readonly refusal: string;
	start(args: RpcTable): Promise<void>;
}

/** Has the router start something. */
export function useStart(method: "tool_start" | "capture_start"): Starting {
	const { session } = usePanel();
	const [busy, setBusy] = useState(false);
	const [refusal, setRefusal] = useState("");
	const start = async (args: RpcTable) => {
		setBusy(true);
		try {
			const { error } = (await session.call("polywan", method, args)) as unknown as ToolStart;
			setRefusal(error);
		} catch (error) {
			if (!(error instanceof RpcError)) throw error;
			setRefusal(error.message);
		} finally {
			setBusy(false);
		}
	};
	return { busy, refusal, start };
}
