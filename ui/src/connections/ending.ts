import type { ConnectionStatus } from "polywan-core/status";
import { useState } from "preact/hooks";
import type { RpcTable } from "ubus-js/browser";
import { usePanel } from "../panel.ts";
import { type Criteria, criteriaOf, readPage, renderEnd } from "./connection-query.ts";
import { tc } from "./words.ts";

/** Each is looked for among all the router has: more at once would keep it busy for too long. */
const AT_ONCE = 8;
/** Of those that no criterion of the router means; more are not offered to be ended. */
export const MOST_ONE_BY_ONE = 500;

export interface Ending {
	/** What came of it. */
	readonly said: string;
	one(connection: ConnectionStatus): void;
	/** All that the router's own criteria mean, asked for with their number of now. `what`: of a group, its name. */
	matching(criteria: Criteria, what: string | null): void;
	/** These and no others. */
	each(connections: readonly ConnectionStatus[], what: string | null): void;
}

/** Ends connections after a question, and says what came of it. */
export function useEnding(onEnded: () => void): Ending {
	const { session } = usePanel();
	const [said, setSaid] = useState("");
	const kill = async (criteria: RpcTable) =>
		Number((await session.call("polywan", "connections_kill", criteria)).killed ?? 0);
	const run = (action: () => Promise<number | null>) =>
		void action().then(
			(count) => {
				if (count === null) return;
				setSaid(tc("conn.ended", { count }));
				onEnded();
			},
			() => setSaid(tc("conn.refused")),
		);
	const question = (count: number, what: string | null) =>
		what === null ? tc("conn.endTheseAsk", { count }) : tc("conn.endGroupAsk", { count, what });
	return {
		said,
		one: (connection) => {
			const { source, source_port: from, destination, destination_port: to } = connection;
			const what = `${renderEnd(source, from)} → ${renderEnd(destination, to)}`;
			if (confirm(tc("conn.endAsk", { what }))) run(() => kill(criteriaOf(connection)));
		},
		matching: (criteria, what) =>
			run(async () => {
				const { total } = await readPage(session, criteria, { sort: "bytes", reverse: false }, 0, 1);
				return confirm(question(total, what)) ? kill({ ...criteria }) : null;
			}),
		each: (connections, what) => {
			const count = connections.length;
			if (!confirm(question(count, what))) return;
			run(async () => {
				let ended = 0;
				for (let done = 0; done < count; done += AT_ONCE) {
					const next = connections.slice(done, done + AT_ONCE);
					const killed = await Promise.all(next.map((connection) => kill(criteriaOf(connection))));
					ended += killed.reduce((sum, each) => sum + each, 0);
					setSaid(tc("conn.ending", { done: Math.min(count, done + AT_ONCE), count }));
				}
				return ended;
			});
		},
	};
}
