import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

export interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** A program of test/openwrt, bundled as it is for the router, in a temporary directory. */
export class BundledProgram {
	readonly #directory: string;
	readonly #file: string;

	private constructor(directory: string) {
		this.#directory = directory;
		this.#file = join(directory, "program.mjs");
	}

	/** `entry` counts from the project's root. */
	static async build(entry: string): Promise<BundledProgram> {
		const program = new BundledProgram(mkdtempSync(join(tmpdir(), "polywan-program-")));
		await build({
			entryPoints: [entry],
			outfile: program.#file,
			bundle: true,
			platform: "node",
			target: "node20",
			format: "esm",
			logLevel: "warning",
		});
		return program;
	}

	start(args: readonly string[]): ChildProcess {
		return spawn(process.execPath, [this.#file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
	}

	run(args: readonly string[]): Promise<Ended> {
		return collect(this.start(args));
	}

	close(): void {
		rmSync(this.#directory, { recursive: true, force: true });
	}
}

/** What a program prints until it ends. */
export function collect(child: ChildProcess): Promise<Ended> {
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
	child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) =>
			resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
		);
	});
}
