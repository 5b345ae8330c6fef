import { buildPki } from "../pki.ts";
import { prepareProgram, runFile, whyNotHere } from "../runtime/harness.ts";

export const targets = [{ name: "tls", run: fuzzTls }];

/** A handshake costs a thousand times what a message of the other parsers does. */
const SHARE = 20;

/** Mutated flights of a real server, certificates and keys, in the runtime itself under ASan and UBSan. Takes one in 20 of the iterations. */
export async function fuzzTls(iterations: number, seed: number): Promise<void> {
	if (whyNotHere("asan") !== null) return;
	const program = await prepareProgram("asan", "tls-fuzz");
	const count = Math.ceil(iterations / SHARE);
	const { code, stdout, stderr } = await runFile("asan", program, {
		args: [String(count), String(seed)],
		env: { POLYWAN_PKI: buildPki() },
		timeoutMs: 60_000 + count * 100,
	});
	if (code !== 0 || !stdout.endsWith("ok\n"))
		throw new Error(`tls: ${count} iterations, seed ${seed}: ended with ${code}\n${stdout}${stderr}`);
}
