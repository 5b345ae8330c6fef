import { renderProblem } from "../config/problem.ts";
import type { FamilyStatus } from "../status.ts";
import type { DoctorFacts } from "./facts.ts";
import { error, type Finding, warning } from "./finding.ts";

export function checkDaemon({ status, daemonTrouble }: DoctorFacts): Finding[] {
	if (status === null) {
		const message = daemonTrouble ?? "the daemon does not answer";
		const remedy =
			"/etc/init.d/polywan enable; /etc/init.d/polywan start; logread -e polywan says why it ended";
		return [error("no-daemon", "", message, remedy)];
	}
	if (!status.enabled)
		return [
			warning(
				"switched-off",
				"",
				"polywan is switched off: nothing is balanced",
				"uci set polywan.globals.enabled=1; uci commit polywan; reload_config",
			),
		];
	if (status.apply.error === null) return [];
	return [
		error(
			"apply-failed",
			"",
			`the last change of the kernel failed: ${status.apply.error}`,
			"polywan script prints what is applied; the daemon goes on trying",
		),
	];
}

export function checkConfig({ problems }: DoctorFacts): Finding[] {
	return problems.map((problem) => ({
		code: "config-problem",
		severity: problem.severity,
		subject: problem.section ?? "",
		message: renderProblem(problem),
		remedy: "polywan help options explains every option; polywan check tests the file",
	}));
}

/** Two programs that mark packets and add ip rules undo each other's work. */
export function checkRivals({ rivals }: DoctorFacts): Finding[] {
	return rivals.map(({ name, running }) =>
		error(
			"rival",
			name,
			`${name} ${running ? "is active" : "starts at boot"}: it routes the same connections by rules of its own`,
			`/etc/init.d/${name} stop; /etc/init.d/${name} disable${name === "mwan3" ? "; polywan import mwan3 takes its configuration over" : ""}`,
		),
	);
}

/** Without them no certificate is believed. */
export function checkAuthorities({ missingAuthorities }: DoctorFacts): Finding[] {
	return missingAuthorities.map(({ path, uplinks }) =>
		error(
			"no-authorities",
			uplinks.join(", "),
			`${path} is missing: no certificate can be checked by it, and https targets count as dead`,
			"opkg install ca-bundle (apk add ca-bundle), or name another file in the target: https://…#ca=/path",
		),
	);
}

/** A target that never answers makes every other one count more; without any the uplink is down. */
export function checkTargets({ status }: DoctorFacts): Finding[] {
	return (status?.uplinks ?? []).flatMap(({ name, ipv4, ipv6 }) => [
		...checkFamily(name, "IPv4", ipv4),
		...checkFamily(name, "IPv6", ipv6),
	]);
}

function checkFamily(uplink: string, title: string, family: FamilyStatus | null): Finding[] {
	const subject = `${uplink} ${title}`;
	if (family === null || family.device === "") return [];
	const silent = family.targets.filter(({ answering }) => !answering).map(({ address }) => address);
	if (silent.length === 0) return [];
	if (silent.length === family.targets.length)
		return family.state === "starting"
			? []
			: [
					error(
						"targets-unreachable",
						subject,
						`none of its targets answers (${silent.join(", ")}): ${family.reason}`,
						`polywan ping ${uplink} ${silent[0]} tells whether the line or the choice of targets is to blame`,
					),
				];
	return [
		warning(
			"target-unreachable",
			subject,
			`no answer from ${silent.join(", ")}; the other targets answer`,
			"list target of the uplink: name what answers over this line, by this method",
		),
	];
}

/** Slow on purpose, which is soon forgotten. */
export function checkLimits({ status, firewall }: DoctorFacts): Finding[] {
	const offloads = firewall?.flowOffloading === true;
	return (status?.uplinks ?? [])
		.filter(({ limit }) => limit !== null && limit !== undefined)
		.map(({ name }) =>
			warning(
				"rate-limited",
				name,
				`its quota is used up and it is slowed down${offloads ? ", except for connections that flow offloading took" : ""}`,
				`polywan usage ${name} tells when the quota begins anew; polywan usage set ${name} <received> <sent> puts right what was counted`,
			),
		);
}
