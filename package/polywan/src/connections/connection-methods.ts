import { FAMILIES } from "polywan-core/family";
import { lowestBit } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import type { ConnectionPage } from "polywan-core/status";
import { monotonicMs, wallMs } from "polywan-runtime/clock";
import { type BlobTypeName, UbusError, type UbusMethod, ubusStatus } from "ubus-js/bus";
import type { BlobTable } from "ubus-js/codec";
import { isAccounting } from "./accounting.ts";
import { buildConnection } from "./build-connection.ts";
import type { Reset } from "./kill.ts";
import { readRows } from "./read-rows.ts";
import { parseRows } from "./row.ts";
import { CRITERIA, type Criteria, parseCriteria, parsePaging, SelectionError } from "./selection.ts";

const CRITERIA_ARGUMENTS: Readonly<Record<(typeof CRITERIA)[number], BlobTypeName>> = {
	uplink: "string",
	family: "string",
	protocol: "string",
	source: "string",
	source_port: "int32",
	destination: "string",
	destination_port: "int32",
};

type PlanOf = () => Plan | null;

const NO_PLAN = { uplinks: [], markMask: 0, rules: [], policies: [] };

/**
 * `connections {…criteria, sort, reverse, offset, limit}` answers ConnectionPage of polywan-core/status;
 * `connections_kill {…criteria}` wants one criterion at least and answers `{killed}`.
 */
export function connectionMethods(planOf: PlanOf, reset: Reset): Record<string, UbusMethod> {
	const paging = { sort: "string", reverse: "bool", offset: "int32", limit: "int32" } as const;
	return {
		connections: {
			args: { ...CRITERIA_ARGUMENTS, ...paging },
			call: async (args) => ({ ...(await readPage(args, planOf)) }) as unknown as BlobTable,
		},
		connections_kill: {
			args: CRITERIA_ARGUMENTS,
			call: async (args) => {
				const criteria = orRefuse(() => parseCriteria(args, planOf() ?? NO_PLAN));
				if (CRITERIA.every((name) => args[name] === undefined))
					throw new UbusError(ubusStatus.invalidArgument);
				return { killed: await killEveryFamily(criteria, planOf(), reset) };
			},
		},
	};
}

async function readPage(args: BlobTable, planOf: PlanOf): Promise<ConnectionPage> {
	const plan = planOf() ?? NO_PLAN;
	const criteria = orRefuse(() => parseCriteria(args, plan));
	const paging = orRefuse(() => parsePaging(args));
	const { total, rows } = await readRows(criteria, { ...paging, splitMask: lowestBit(plan.markMask) });
	const now = { wallMs: wallMs(), uptimeMs: monotonicMs() };
	return {
		total,
		offset: paging.offset,
		accounting: isAccounting(),
		connections: parseRows(rows).map((row) => buildConnection(row, plan, now)),
	};
}

async function killEveryFamily(criteria: Criteria, plan: Plan | null, reset: Reset): Promise<number> {
	const { killConnections } = await import("./kill.ts");
	const families = criteria.family === null ? FAMILIES : [criteria.family];
	let killed = 0;
	for (const family of families) killed += await killConnections({ ...criteria, family }, plan, reset);
	return killed;
}

function orRefuse<T>(parse: () => T): T {
	try {
		return parse();
	} catch (error) {
		throw error instanceof SelectionError ? new UbusError(ubusStatus.invalidArgument) : error;
	}
}
