import type { Model } from "polywan-core/config/model";
import type { Status } from "polywan-core/status";
import type { WhyNot } from "polywan-core/why/members";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { readGoodConfig } from "../daemon/state-file.ts";
import { whyNotBy } from "../why/why-not.ts";
import { callDaemon, NoDaemonError } from "./daemon-client.ts";

/** The configuration the daemon goes by; without it the last good one, or the file as it is. */
export async function readModel(): Promise<Model> {
	try {
		return (await callDaemon("config")) as unknown as Model;
	} catch (error) {
		if (!(error instanceof NoDaemonError)) throw error;
	}
	const understood = understandConfig(readGoodConfig() ?? readConfigIfAny(CONFIG_FILE), {});
	if ("model" in understood) return understood.model;
	throw new NoDaemonError(`the daemon does not run, and ${CONFIG_FILE} ${understood.problem.message}`);
}

/** Why an uplink is not used, from the daemon; nothing is known without it. */
export async function readWhyNot(): Promise<WhyNot> {
	try {
		const status = (await callDaemon("status")) as unknown as Status;
		return whyNotBy(status);
	} catch (error) {
		if (error instanceof NoDaemonError) return () => null;
		throw error;
	}
}
