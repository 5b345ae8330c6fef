import type { Model } from "polywan-core/config/model";
import type { UsageStatus } from "polywan-core/status";
import type { UbusConnection } from "ubus-js/bus";
import type { Command } from "./command.ts";

/** What traffic can be sent to by default, and what it is sent to now. */
export interface DefaultPolicy {
	/** Null where the daemon cannot be asked. */
	readonly target: string | null;
	readonly targets: readonly string[];
}

/** What a broker's messages may do to the router: three methods of its bus; and what it is asked beside its status. */
export class Router {
	readonly #bus: UbusConnection;

	constructor(bus: UbusConnection) {
		this.#bus = bus;
	}

	async readDefaultPolicy(): Promise<DefaultPolicy> {
		try {
			const model = (await this.#bus.call("polywan", "config")) as unknown as Model;
			const { defaultTarget } = model.globals;
			const names = [...model.policies, ...model.uplinks].map(({ name }) => name);
			return {
				target: "name" in defaultTarget ? defaultTarget.name : defaultTarget.kind,
				targets: [...names, "default", "unreachable", "blackhole"],
			};
		} catch {
			return { target: null, targets: [] };
		}
	}

	/** None where the daemon cannot be asked. */
	async readUsage(): Promise<readonly UsageStatus[]> {
		try {
			const { usage } = await this.#bus.call("polywan", "usage");
			return usage as unknown as readonly UsageStatus[];
		} catch {
			return [];
		}
	}

	/** Rejects with UbusError, or Error where there is no such target. */
	async obey(command: Command): Promise<void> {
		if (command.kind === "uplink") {
			await this.#bus.call("polywan", "uplink", { name: command.name, action: command.action });
			return;
		}
		const { targets } = await this.readDefaultPolicy();
		if (!targets.includes(command.target)) throw new Error(`there is no target ${command.target}`);
		const values = { default_policy: command.target };
		await this.#bus.call("uci", "set", { config: "polywan", section: "globals", values });
		await this.#bus.call("uci", "commit", { config: "polywan" });
	}
}
