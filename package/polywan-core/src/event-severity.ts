import type { PolywanEvent } from "./status.ts";

/** How grave it is for who lives behind the router. */
export function severityOf({
	kind,
	to,
	reason,
}: Pick<PolywanEvent, "kind" | "reason"> & { readonly to?: string | null }): "info" | "warning" | "error" {
	if (kind === "uplink") return to === "down" || to === "degraded" ? "warning" : "info";
	if (kind === "apply") return "error";
	if (kind === "repair" || kind === "hook" || kind === "usage") return "warning";
	return kind === "daemon" && /cannot|fail/i.test(reason) ? "error" : "info";
}
