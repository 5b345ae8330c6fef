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
import { importVerb } from "./import.ts";
import { diffVerb, scriptVerb } from "./kernel.ts";
import { logVerb } from "./log.ts";
import { metricsVerb } from "./metrics.ts";
import { qualityVerb } from "./quality.ts";
import { restoreVerb } from "./restore.ts";
import { eventsVerb, policiesVerb, rulesVerb, statusVerb, uplinksVerb } from "./show.ts";
import { simulateVerb } from "./simulate.ts";
import { speedtestVerb } from "./speedtest.ts";
import { stunVerb } from "./stun.ts";
import { usageVerb } from "./usage.ts";
import { useVerb } from "./use.ts";
import type { Verb } from "./verb.ts";
import { versionVerb } from "./version.ts";
import { watchVerb } from "./watch.ts";
import { whyVerb } from "./why.ts";

const VERBS_BUT_HELP: readonly Verb[] = [
	statusVerb,
	uplinksVerb,
	qualityVerb,
	usageVerb,
	stunVerb,
	speedtestVerb,
	policiesVerb,
	rulesVerb,
	eventsVerb,
	connectionsVerb,
	watchVerb,
	logVerb,
	metricsVerb,
	whyVerb,
	upVerb,
	downVerb,
	autoVerb,
	useVerb,
	reloadVerb,
	applyVerb,
	checkVerb,
	doctorVerb,
	configVerb,
	importVerb,
	backupVerb,
	restoreVerb,
	simulateVerb,
	scriptVerb,
	diffVerb,
	clearVerb,
	daemonVerb,
	versionVerb,
];

/** Every verb, in the order of the help. */
export const VERBS: readonly Verb[] = [...VERBS_BUT_HELP, helpVerb(VERBS_BUT_HELP)];
