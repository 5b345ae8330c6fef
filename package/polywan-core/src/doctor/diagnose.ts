import {
	checkConntrack,
	checkDifferences,
	checkForwarding,
	checkMarks,
	checkReversePath,
} from "./check-kernel.ts";
import {
	checkFirewall,
	checkInterfaces,
	checkMetrics,
	checkOffloading,
	checkResolvers,
	checkTunnels,
	checkZones,
} from "./check-network.ts";
import {
	checkAuthorities,
	checkConfig,
	checkDaemon,
	checkLimits,
	checkRivals,
	checkTargets,
} from "./check-polywan.ts";
import type { DoctorFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

const CHECKS: readonly ((facts: DoctorFacts) => Finding[])[] = [
	checkDaemon,
	checkConfig,
	checkRivals,
	checkInterfaces,
	checkForwarding,
	checkReversePath,
	checkFirewall,
	checkZones,
	checkMetrics,
	checkTargets,
	checkAuthorities,
	checkLimits,
	checkMarks,
	checkResolvers,
	checkTunnels,
	checkOffloading,
	checkConntrack,
	checkDifferences,
];

/** Everything that is wrong, errors first. Pure. */
export function diagnose(facts: DoctorFacts): readonly Finding[] {
	const findings = CHECKS.flatMap((check) => check(facts));
	return [
		...findings.filter(({ severity }) => severity === "error"),
		...findings.filter(({ severity }) => severity === "warning"),
	];
}
