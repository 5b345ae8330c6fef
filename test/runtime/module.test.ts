// Every module's behaviour, inside the binary of every architecture and under the sanitizers: the cases are in programs/, each file a program
// of its own that prints "ok" or "FAIL" for each case.
import { beforeAll, describe, expect, it } from "vitest";
import { buildPki } from "../pki.ts";
import {
	type Finished,
	isEmulated,
	isRoot,
	prepareProgram,
	refusedByEmulator,
	runFile,
	targets,
	whyNotHere,
} from "./harness.ts";

const programs = [
	"loop",
	"timer",
	"memory",
	"process",
	"file",
	"socket",
	"text",
	"signal",
	"resolve",
	"system",
	"conntrack",
	"network",
	"tls",
];

/** Programs that change the network or the root file system have their own; "own-root" says so to them. */
const isolated = new Set(["network", "socket", "resolve", "system"]);
/** Ten seconds of a core for a million callbacks, which on a busy machine is a minute. */
const timeoutMs = 180_000;
const ownNamespaces = [
	...["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c"],
	'mount -t tmpfs none /mnt && mkdir /mnt/dev && touch /mnt/dev/log && ip link set lo up && exec "$@"',
	"sh",
];

function failures({ stdout, stderr, code, signal }: Finished, emulated: boolean): string[] {
	const isRefused = (name: string) => emulated && refusedByEmulator.has(name);
	const failed = stdout
		.split(/^(?=(?:ok|FAIL) )/m)
		.filter((text) => text.startsWith("FAIL ") && !isRefused(text.slice(5, text.indexOf("\n"))));
	if (code !== 0) failed.push(`ended with ${signal ?? code}: ${stderr}`);
	else if (stderr !== "") failed.push(`wrote to stderr: ${stderr}`);
	return failed;
}

describe.each(targets)("runtime of %s", (target) => {
	const reason = whyNotHere(target);
	const emulated = isEmulated(target);

	beforeAll(async () => {
		if (!reason) await prepareProgram(target, "loop");
	}, 300_000);

	it.for(programs)("%s", { timeout: timeoutMs + 20_000 }, async (program, { skip }) => {
		skip(reason !== null, reason ?? "");
		skip(isolated.has(program) && !isRoot, "needs a network namespace of its own, and so root");
		const path = await prepareProgram(target, program);
		const finished = await runFile(target, path, {
			args: [
				"an argument",
				...(target === "x86_64" ? [] : ["small"]),
				...(isolated.has(program) ? ["own-root"] : []),
			],
			env: { POLYWAN_TEST: "a=b", ...(program === "tls" && { POLYWAN_PKI: buildPki() }) },
			inside: isolated.has(program) ? ownNamespaces : [],
			timeoutMs,
		});
		expect(failures(finished, emulated)).toEqual([]);
		expect(finished.stdout).toMatch(/^ok /);
	});
});
