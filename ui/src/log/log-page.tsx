import "../shared.ts";
import type { Status } from "polywan-core/status";
import { EventsCard } from "./events-card.tsx";
import { SystemLog } from "./system-log.tsx";

/** What happened, in the daemon's memory and in the system's log. */
export function LogPage({ status }: { readonly status: Status }) {
	return (
		<>
			<EventsCard status={status} />
			<SystemLog />
		</>
	);
}
