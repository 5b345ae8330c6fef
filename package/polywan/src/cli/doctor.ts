import type { Finding } from "polywan-core/doctor/finding";
import { findFaults } from "../doctor/find-faults.ts";
import { print, printJson } from "./print.ts";
import { paint } from "./table.ts";
import { EXIT, type Verb } from "./verb.ts";

export const doctorVerb: Verb = {
	name: "doctor",
	usage: "[--json]",
	help: "what is wrong with this router's set-up, and what to do about it",
	details:
		"Looks at polywan, the kernel, and the configuration of network and firewall. Exit code 1 when anything is found.",
	options: ["json"],
	mostArguments: 0,
	run: async ({ options }) => {
		const findings = await findFaults();
		if (options.has("json")) printJson({ findings });
		else print(findings.length === 0 ? "Nothing is wrong." : findings.map(renderFinding).join("\n"));
		return findings.length === 0 ? EXIT.ok : EXIT.problem;
	},
};

function renderFinding({ severity, subject, message, remedy }: Finding): string {
	const colour = severity === "error" ? "red" : "yellow";
	const where = subject === "" ? "" : ` ${subject}:`;
	return `${paint({ text: severity, colour })}:${where} ${message}\n  → ${remedy}\n`;
}
