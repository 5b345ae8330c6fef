import type { Plan } from "polywan-core/plan/plan";
import type { TcpTuple } from "polywan-core/render/resets";
import type { Firewall } from "./firewall.ts";
import { ToolError } from "./tool.ts";

export class IptablesFirewall implements Firewall {
	readonly name = "iptables";

	async change(_before: Plan | null, _after: Plan): Promise<void> {
		throw new ToolError("not there yet");
	}

	async reset(_plan: Plan, _tuples: readonly TcpTuple[]): Promise<void> {}

	async diff(_plan: Plan): Promise<readonly string[]> {
		return [];
	}

	async remove(): Promise<void> {}
}
