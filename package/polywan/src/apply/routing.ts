import { FAMILIES } from "polywan-core/family";
import type { Plan, PlanTable } from "polywan-core/plan/plan";
import { diffIp, type IpChanges, isEmptyChange, renderIpBatch } from "polywan-core/render/ip";
import { RoutingReader } from "./kernel-routing.ts";
import { runTool } from "./tool.ts";

/** Our places in the kernel's ip rules and routing tables. */
export type RoutingRange = Pick<Plan, "priorityBase" | "tableBase">;

/** Rules and tables that are wanted; a removal wants none. */
export type WantedRouting = Pick<Plan, "ipRules" | "tables">;

const RULE_COUNT = 1000;

/**
 * What takes the kernel to `wanted`. `known`: tables that may hold routes of ours from before, besides those that are wanted.
 * Throws NetlinkError.
 */
export function diffRouting(
	range: RoutingRange,
	wanted: WantedRouting,
	known: readonly Pick<PlanTable, "table" | "family">[],
): IpChanges {
	const reader = new RoutingReader();
	try {
		const ipRules = reader.readIpRules(range.priorityBase, range.priorityBase + RULE_COUNT - 1);
		const tables = reader.readTables(union(wanted.tables, known), listDevices(wanted.tables));
		return diffIp({ ipRules, tables }, wanted);
	} finally {
		reader.close();
	}
}

/** Whether the kernel has no ip rule in our place. Throws NetlinkError. */
export function isWithoutRules({ priorityBase }: RoutingRange): boolean {
	const reader = new RoutingReader();
	try {
		return reader.readIpRules(priorityBase, priorityBase + RULE_COUNT - 1).length === 0;
	} finally {
		reader.close();
	}
}

/** Does what `diffRouting` found; nothing to do starts no program. Rejects with ToolError. */
export async function applyRouting(changes: IpChanges): Promise<void> {
	if (isEmptyChange(changes)) return;
	await Promise.all(
		FAMILIES.map(async (family) => {
			const batch = renderIpBatch(changes, family);
			// It goes on after a failed line; the caller reads back what came of it.
			if (batch !== "") await runTool(["ip", `-${family}`, "-force", "-batch", "-"], batch);
		}),
	);
}

function union(
	one: readonly Pick<PlanTable, "table" | "family">[],
	other: readonly Pick<PlanTable, "table" | "family">[],
): readonly Pick<PlanTable, "table" | "family">[] {
	const tables = [...one, ...other].map(
		({ table, family }) => [`${family} ${table}`, { table, family }] as const,
	);
	return [...new Map(tables).values()];
}

function listDevices(tables: readonly PlanTable[]): readonly string[] {
	const nexthops = tables
		.flatMap(({ routes }) => routes)
		.flatMap((route) => ("nexthops" in route ? route.nexthops : []));
	return [...new Set(nexthops.map(({ device }) => device))];
}
