import type { Status, UsageStatus } from "../status.ts";
import { buildMetrics } from "./build.ts";
import type { MetricFamily } from "./family.ts";
import { buildUsageMetrics } from "./usage.ts";

/** Calls a method of a ubus object without arguments. */
export type Call = (object: string, method: string) => Promise<unknown>;

/** Every metric there is: of the status, of usage, and of the plugins of polywan-reports. Rejects as the call of status does. */
export async function gatherMetrics(call: Call): Promise<readonly MetricFamily[]> {
	const status = (await call("polywan", "status")) as Status;
	const usage = (await callIfAny(call, "polywan", "usage")) as { usage?: readonly UsageStatus[] };
	const plugins = (await callIfAny(call, "polywan.reports", "metrics")) as {
		families?: readonly MetricFamily[];
	};
	return [...buildMetrics(status), ...buildUsageMetrics(usage.usage ?? []), ...(plugins.families ?? [])];
}

async function callIfAny(call: Call, object: string, method: string): Promise<unknown> {
	try {
		return await call(object, method);
	} catch {
		return {};
	}
}
