import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Prometheus' own program: where PROMTOOL says, or in PATH (Debian: package prometheus). */
const program = process.env.PROMTOOL ?? "promtool";

export const hasPromtool = runs();

/**
 * Throws where Prometheus does not take the text. `promtool check metrics` reads the older format alone; what reads OpenMetrics
 * makes blocks of it, and wants a time with each sample.
 */
export function checkByPromtool(text: string): void {
	const folder = mkdtempSync(join(tmpdir(), "promtool-"));
	try {
		const file = join(folder, "metrics");
		writeFileSync(file, text.replace(/^[^#\n].*$/gm, "$& 1760000000"));
		execFileSync(program, ["tsdb", "create-blocks-from", "openmetrics", file, join(folder, "blocks")], {
			stdio: ["ignore", "ignore", "pipe"],
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Throws where Prometheus finds fault with names, types or help of the older format. */
export function lintByPromtool(text: string): void {
	execFileSync(program, ["check", "metrics"], { input: text, stdio: ["pipe", "ignore", "pipe"] });
}

function runs(): boolean {
	try {
		execFileSync(program, ["--version"], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}
