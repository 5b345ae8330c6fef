/** What a plugin of role health says, one JSON value a line. */
export type HealthMessage =
	| { readonly type: "hello"; readonly isForHealth: boolean }
	/** `rttUs` null: as long as the answer took. `reason` is in words a user understands, empty where it gave none. */
	| {
			readonly type: "health";
			readonly id: number;
			readonly ok: boolean;
			readonly rttUs: number | null;
			readonly reason: string;
	  };

const MOST_RTT_MS = 60_000;
const MOST_REASON = 200;

/** Null: the line is none of these. */
export function parseHealthLine(line: string): HealthMessage | null {
	const value = parseObject(line);
	if (value === null) return null;
	const { type, id, ok, rtt_ms: rttMs, reason, roles } = value;
	if (type === "hello" && Array.isArray(roles)) return { type, isForHealth: roles.includes("health") };
	if (type !== "health" || typeof ok !== "boolean" || !Number.isSafeInteger(id)) return null;
	const isTime = typeof rttMs === "number" && rttMs >= 0 && rttMs <= MOST_RTT_MS;
	return {
		type,
		id: Number(id),
		ok,
		rttUs: isTime ? Math.round(rttMs * 1000) : null,
		reason: typeof reason === "string" ? reason.replace(/\p{Cc}+/gu, " ").slice(0, MOST_REASON) : "",
	};
}

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
	} catch {
		return null;
	}
}
