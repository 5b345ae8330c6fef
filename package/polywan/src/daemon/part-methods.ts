import type { UbusConnection, UbusMethod } from "ubus-js/bus";
import { backupMethods } from "../backup/backup-methods.ts";
import { ruleMethods } from "../bus/rule-methods.ts";
import { connectionMethods } from "../connections/connection-methods.ts";
import { doctorMethods } from "../doctor/doctor-method.ts";
import { importMethods } from "../import/import-method.ts";
import { reportsMethods } from "../reports/reports-method.ts";
import { logMethods } from "../syslog/log-method.ts";
import type { Tools } from "../tool/tool-methods.ts";
import type { Trial } from "../trial/trial.ts";
import { trialMethods } from "../trial/trial-method.ts";
import { usageMethods } from "../usage/usage-methods.ts";
import { whyMethods } from "../why/why-method.ts";
import type { DaemonParts } from "./build-parts.ts";
import type { DaemonController } from "./controller.ts";
import type { StatusReader } from "./status-reader.ts";

/** Who answers methods of the ubus object beside the controller. */
export interface MethodSources {
	readonly parts: DaemonParts;
	readonly reader: StatusReader;
	readonly controller: DaemonController;
	readonly bus: UbusConnection;
	readonly trial: Trial;
	readonly tools: Tools;
}

/** The methods of the ubus object `polywan` that parts of the daemon answer themselves. */
export function partMethods(sources: MethodSources): Readonly<Record<string, UbusMethod>> {
	const { parts, reader, controller, bus, trial, tools } = sources;
	const { applier, decider, log, publicAddresses, terms, wishes } = parts;
	const isLimited = (uplink: string): boolean =>
		decider.plan?.uplinks.find(({ name }) => name === uplink)?.limit !== undefined;
	return {
		...trialMethods(trial),
		...usageMethods(terms, isLimited),
		...publicAddresses.methods(),
		...connectionMethods(
			() => decider.plan,
			(tuples) => applier.reset(tuples),
		),
		...doctorMethods(),
		...tools.methods(),
		...logMethods(log),
		...whyMethods(() => reader.inForce()),
		...importMethods(),
		...reportsMethods(),
		...backupMethods({
			trial,
			bus,
			wanted: () => wishes.saved.wanted,
			setWanted: (uplink, wanted) => controller.setWanted(uplink, wanted),
			reload: () => controller.reload(),
		}),
		...ruleMethods(
			() => reader.read(),
			() => applier.counters(),
		),
	};
}
