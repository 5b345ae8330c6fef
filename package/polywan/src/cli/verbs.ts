import { applyVerb } from "./apply.ts";
import { backupVerb } from "./backup.ts";
import { checkVerb } from "./check.ts";
import { clearVerb } from "./clear.ts";
import { autoVerb, downVerb, reloadVerb, upVerb } from "./command.ts";
import { configVerb } from "./config.ts";
import { connectionsVerb } from "./connections.ts";
import { daemonVerb } from "./daemon.ts";
import { doctorVerb } from "./doctor.ts";
import { helpVerb } from "./help.ts";
import { diffVerb, scriptVerb } from "./kernel.ts";
import { logVerb } from "./log.ts";
import { metricsVerb } from "./metrics.ts";
import { qualityVerb } from "./quality.ts";
import { restoreVerb } from "./restore.ts";
import { eventsVerb, policiesVerb, rulesVerb, statusVerb, uplinksVerb } from "./show.ts";
import { speedtestVerb } from "./speedtest.ts";
import { stunVerb } from "./stun.ts";
import { usageVerb } from "./usage.ts";
import { useVerb } from "./use.ts";
import type { Verb } from "./verb.ts";
import { versionVerb } from "./version.ts";
import { watchVerb } from "./watch.ts";
import { weightsVerb } from "./weights.ts";

/** A verb whose code is read from the program's file when it is wanted: those with much code of their own. */
interface LazyVerb {
	readonly name: string;
	load(): Promise<Verb>;
}

/** In the order of the help. */
const VERBS: readonly (Verb | LazyVerb)[] = [
	statusVerb,
	uplinksVerb,
	qualityVerb,
	usageVerb,
	{ name: "ping", load: async () => (await import("./ping.ts")).pingVerb },
	{ name: "traceroute", load: async () => (await import("./traceroute.ts")).tracerouteVerb },
	{ name: "dns", load: async () => (await import("./dns.ts")).dnsVerb },
	stunVerb,
	speedtestVerb,
	{ name: "capture", load: async () => (await import("./capture.ts")).captureVerb },
	policiesVerb,
	rulesVerb,
	eventsVerb,
	connectionsVerb,
	watchVerb,
	logVerb,
	metricsVerb,
	{ name: "why", load: async () => (await import("./why.ts")).whyVerb },
	upVerb,
	downVerb,
	autoVerb,
	weightsVerb,
	useVerb,
	reloadVerb,
	applyVerb,
	checkVerb,
	doctorVerb,
	{ name: "support", load: async () => (await import("./support.ts")).supportVerb },
	configVerb,
	{ name: "import", load: async () => (await import("./import.ts")).importVerb },
	backupVerb,
	restoreVerb,
	{ name: "simulate", load: async () => (await import("./simulate.ts")).simulateVerb },
	scriptVerb,
	diffVerb,
	clearVerb,
	daemonVerb,
	versionVerb,
	helpVerb(listVerbs),
	{ name: "__part", load: async () => (await import("./part.ts")).partVerb },
];

/** The verb with that name. */
export async function findVerb(name: string): Promise<Verb | undefined> {
	const found = VERBS.find((verb) => verb.name === name);
	return found === undefined ? undefined : load(found);
}

/** Every verb, in the order of the help. */
export function listVerbs(): Promise<readonly Verb[]> {
	return Promise.all(VERBS.map(load));
}

async function load(verb: Verb | LazyVerb): Promise<Verb> {
	return "load" in verb ? verb.load() : verb;
}
