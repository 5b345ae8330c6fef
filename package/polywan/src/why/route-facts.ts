import { familyOf } from "polywan-core/address";
import type { Plan } from "polywan-core/plan/plan";
import type { RouteFact, RouteFacts } from "polywan-core/why/packet";
import { spawn } from "polywan-runtime/process";

const TIMEOUT_MS = 5000;
const MAIN_TABLE = 254;
/** linux/rtnetlink.h, RTN_LOCAL and so on: `ip -N` prints numbers. */
const TYPES: Readonly<Record<string, RouteFacts["destination"]>> = {
	2: "local",
	3: "broadcast",
	5: "multicast",
	local: "local",
	broadcast: "broadcast",
	multicast: "multicast",
};

/** What the kernel has for a destination besides polywan's tables. Rejects with SystemError where there is no `ip`. */
export async function readRoute(destination: string, plan: Plan): Promise<RouteFacts> {
	// With the mark for which there is no route to the Internet, only connected, static and VPN routes are found; with the
	// mark that no ip rule of ours knows, main's default routes are, too.
	const [specific, fallback] = await Promise.all([
		lookUp(destination, plan.verdictMarks.unreachable),
		lookUp(destination, plan.verdictMarks.default),
	]);
	const type = textOf((fallback ?? specific)?.type);
	return {
		destination: TYPES[type ?? ""] ?? "remote",
		specific: readFact(specific),
		fallback: readFact(fallback),
	};
}

type Json = Readonly<Record<string, unknown>>;

/** Null: there is no route. */
async function lookUp(destination: string, mark: number): Promise<Json | null> {
	const family = familyOf(destination);
	const argv = ["ip", `-${family}`, "-N", "-j", "route", "get", destination, "mark", String(mark)];
	const { exitCode, stdout } = await spawn(argv, { timeoutMs: TIMEOUT_MS }).done;
	if (exitCode !== 0) return null;
	const parsed: unknown = JSON.parse(new TextDecoder().decode(stdout));
	const [entry] = Array.isArray(parsed) ? parsed : [];
	return typeof entry === "object" && entry !== null ? entry : null;
}

function readFact(entry: Json | null): RouteFact | null {
	const device = textOf(entry?.dev);
	if (entry === null || device === null) return null;
	return { device, gateway: textOf(entry.gateway), table: Number(entry.table ?? MAIN_TABLE) };
}

function textOf(value: unknown): string | null {
	return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
