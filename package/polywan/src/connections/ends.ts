import type { Plan } from "polywan-core/plan/plan";
import type { TcpTuple } from "polywan-core/render/resets";
import { type EstablishedTcp, parseEach, parseEstablishedTcp } from "./row.ts";

/** More are only forgotten. */
const MOST_CONNECTIONS = 2048;

/** One end of a connection that is to be reset. */
export interface End {
	/** Its packets as the forward hook sees them. */
	readonly sends: TcpTuple;
	/** The same as the end itself knows them: what it is woken by comes from there. */
	readonly knows: TcpTuple;
	/** Where it is reached; null: where routing says. */
	readonly device: string | null;
}

type PlanFacts = Pick<Plan, "uplinks" | "markMask" | "resetConnections">;

/**
 * Both ends of the established TCP connections among `rows`. What an end in the Internet says when it is woken comes to the
 * router itself where addresses are translated: there it meets the firewall, or a kernel that knows of no such connection.
 * Those that begin or end at the router are left out: what serves them there goes on.
 */
export function listEnds(rows: Uint8Array, plan: PlanFacts): readonly End[] {
	if (!plan.resetConnections) return [];
	const own = new Set(plan.uplinks.flatMap(({ addresses }) => [...addresses[4], ...addresses[6]]));
	return parseEach(rows, parseEstablishedTcp)
		.flatMap((connection) => connection ?? [])
		.filter(({ opening, answering }) => !own.has(opening.source) && !own.has(answering.source))
		.slice(0, MOST_CONNECTIONS)
		.flatMap((connection) => endsOf(connection, own.has(connection.opening.destination), plan));
}

function endsOf(connection: EstablishedTcp, isInbound: boolean, plan: PlanFacts): readonly End[] {
	const { family, opening, answering } = connection;
	const { source, sourcePort } = opening;
	const mark = (connection.mark & plan.markMask) >>> 0;
	const device = plan.uplinks.find((uplink) => uplink.mark === mark)?.devices[family] ?? null;
	const forwarded = {
		source,
		sourcePort,
		destination: answering.source,
		destinationPort: answering.sourcePort,
	};
	return [
		{
			sends: { family, ...forwarded },
			knows: { family, ...opening },
			device: isInbound ? device : null,
		},
		{
			sends: { family, ...answering },
			knows: { family, ...answering },
			device: isInbound ? null : device,
		},
	];
}
