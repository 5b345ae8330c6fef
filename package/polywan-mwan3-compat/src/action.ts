import type { Interface } from "./interface.ts";

/** What mwan3 calls scripts with. */
export type Action = "ifup" | "ifdown" | "connected" | "disconnected";

/** What was last told of an interface. */
export interface Told {
	readonly isOnline: boolean;
	readonly hasLink: boolean;
	/** For the call when it is gone. */
	readonly device: string;
}

export interface Call {
	readonly action: Action;
	readonly interface: string;
	readonly device: string;
}

/** The calls that lead from what scripts were told to what is; `before`: null for an interface never told of. */
export function findCalls(before: Told | null, now: Interface): readonly Call[] {
	const { isOnline: wasOnline, hasLink: hadLink } = before ?? { isOnline: false, hasLink: false };
	const isOnline = now.status === "online";
	const call = (action: Action): Call => ({
		action,
		interface: now.name,
		device: now.device || (before?.device ?? ""),
	});
	if (hadLink && !now.hasLink) return [call("ifdown")];
	const calls: Call[] = [];
	if (!hadLink && now.hasLink) calls.push(call("ifup"));
	if (!wasOnline && isOnline) calls.push(call("connected"));
	if (wasOnline && !isOnline) calls.push(call("disconnected"));
	return calls;
}

export function toldOf({ status, hasLink, device }: Interface): Told {
	return { isOnline: status === "online", hasLink, device };
}
