import { useCallback, useEffect, useState } from "preact/hooks";
import type { RpcTable } from "ubus-js/browser";
import { usePanel } from "../panel.ts";
import { liveness } from "../store.ts";

export interface Asked {
	/** Null before the first answer. */
	readonly answer: RpcTable | null;
	readonly failed: boolean;
	readonly asking: boolean;
	again(): void;
}

/** What a method of the daemon, or of another object, answers: asked at once, again every `everyMs` (null: never) while somebody looks and the router answers. */
export function useAsked(
	method: string,
	everyMs: number | null,
	options: { object?: string; args?: RpcTable; timeoutMs?: number } = {},
): Asked {
	const { session } = usePanel();
	const [answer, setAnswer] = useState<RpcTable | null>(null);
	const [failed, setFailed] = useState(false);
	const [asking, setAsking] = useState(false);
	const alive = liveness.value.kind === "live";
	const object = options.object ?? "polywan";
	const args = JSON.stringify(options.args ?? {});
	const again = useCallback(async () => {
		setAsking(true);
		try {
			setAnswer(await session.call(object, method, JSON.parse(args) as RpcTable, options));
			setFailed(false);
		} catch {
			setFailed(true);
		} finally {
			setAsking(false);
		}
	}, [session, object, method, args]);
	useEffect(() => {
		if (!alive) return;
		void again();
		if (everyMs === null) return;
		const timer = setInterval(() => {
			if (!document.hidden) void again();
		}, everyMs);
		return () => clearInterval(timer);
	}, [again, alive, everyMs]);
	return { answer, failed, asking, again: () => void again() };
}
