import type { Plan } from "polywan-core/plan/plan";
import type { TcpTuple } from "polywan-core/render/resets";
import type { Death } from "../daemon/deaths.ts";
import { deleteConnections, readEstablished, sendWakeSegments } from "./connections.ts";
import type { Firewall } from "./firewall.ts";

/** More are not reset: their clients time out by themselves. */
const MOST_RESETS = 4096;

/**
 * Ends the connections of what died: deletes them from connection tracking, and resets the clients of established TCP ones, so that
 * they connect again over what is left. Rejects with ToolError, NetlinkError or SystemError.
 */
export async function buryConnections(
	firewall: Firewall,
	plan: Plan,
	deaths: readonly Death[],
): Promise<void> {
	const tuples: TcpTuple[] = [];
	for (const death of deaths) {
		const limit = MOST_RESETS - tuples.length;
		if (plan.resetConnections && limit > 0)
			tuples.push(...(await readEstablished(death.family, death, limit)));
	}
	const own = new Set(plan.uplinks.flatMap(({ addresses }) => [...addresses[4], ...addresses[6]]));
	// The router's own connections and those from the Internet have no client in the LAN.
	const clients = tuples.filter(({ source, destination }) => !own.has(source) && !own.has(destination));
	// Before they are deleted: what comes in between would begin them anew over another uplink.
	if (clients.length > 0) await firewall.reset(plan, clients);
	for (const death of deaths) await deleteConnections(death.family, death);
	if (clients.length > 0) sendWakeSegments(clients, plan.notrackMark);
}
