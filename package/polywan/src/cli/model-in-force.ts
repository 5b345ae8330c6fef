import type { Model } from "polywan-core/config/model";
import type { Family } from "polywan-core/family";
import { isEligible } from "polywan-core/health/state";
import type { Status } from "polywan-core/status";
import type { WhyNot } from "polywan-core/why/members";
import { CONFIG_FILE } from "../config/config-keeper.ts";
import { readConfigIfAny, understandConfig } from "../config/config-model.ts";
import { readGoodConfig } from "../state-file.ts";
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
		return (uplink, family) => renderState(status, uplink, family);
	} catch (error) {
		if (error instanceof NoDaemonError) return () => null;
		throw error;
	}
}

function renderState({ uplinks }: Status, name: string, family: Family): string | null {
	const uplink = uplinks.find((entry) => entry.name === name);
	if (uplink === undefined || uplink.state === "disabled") return null;
	const status = family === 4 ? uplink.ipv4 : uplink.ipv6;
	if (status === null) return null;
	if (uplink.wanted === "down") return "is kept down by hand (polywan auto gives it back)";
	if (isEligible(status.state, false)) return null;
	return `is ${status.state}: ${status.reason}`;
}
