import { useEffect, useState } from "preact/hooks";
import type { UbusSession } from "ubus-js/browser";
import { type Criteria, readPage } from "./connection-query.ts";

const NONE: ReadonlyMap<string, number> = new Map();
const BY_BYTES = { sort: "bytes", reverse: false } as const;

/** How many connections each uplink carries of those the filter lets through, counted by the router; empty while nobody asks. */
export function useUplinkTotals(
	session: UbusSession<AbortSignal>,
	criteria: Criteria,
	uplinks: readonly string[],
	wanted: boolean,
	/** Another one: count again. */
	round: unknown,
): ReadonlyMap<string, number> {
	const [totals, setTotals] = useState(NONE);
	const question = JSON.stringify({ criteria, uplinks });
	useEffect(() => {
		let current = true;
		if (!wanted) return;
		Promise.all(
			uplinks.map(async (uplink) => {
				const { total } = await readPage(session, { ...criteria, uplink }, BY_BYTES, 0, 1);
				return [uplink, total] as const;
			}),
		).then(
			(entries) => {
				if (current) setTotals(new Map(entries));
			},
			// The list says that nothing answers.
			() => {},
		);
		return () => {
			current = false;
		};
	}, [session, question, wanted, round]);
	return wanted ? totals : NONE;
}
