import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./command.ts";
import { bundleForNode } from "./node-bundle.mjs";
import { root, runAsProgram } from "./program.ts";

/** C programs of the lab, and logd of the stand-in, which Node cannot be: dist/lab/<name> → source. */
const labTools: Readonly<Record<string, string>> = {
	hold: "test/lab/namespaces/hold.c",
	enter: "test/lab/namespaces/enter.c",
	netem: "test/lab/netem/netem.c",
	flood: "test/lab/flood/flood.c",
	"flash-watch": "test/lab/flash-watch/flash-watch.c",
	logd: "test/openwrt/logd/logd.c",
};

/** TypeScript programs of the lab: dist/lab/<name>.mjs → source. */
const labPrograms: Readonly<Record<string, string>> = {
	servers: "test/lab/servers/main.ts",
	"connect-loop": "test/lab/connect-loop/main.ts",
	abandon: "test/lab/abandon/main.ts",
	receiver: "test/lab/reports/receiver/main.ts",
};

/**
 * Builds what the lab runs: the OpenWrt stand-in (test/openwrt/<name>/main.ts, uci.ts and ubus.ts to
 * dist/openwrt/<name>.mjs) and the lab's own programs (dist/lab/).
 */
export async function buildOpenwrt(): Promise<void> {
	mkdirSync(join(root, "dist/lab"), { recursive: true });
	await Promise.all([
		...Object.entries(labTools).map(([name, source]) => compileTool(source, join(root, "dist/lab", name))),
		...Object.entries(labPrograms).map(([name, source]) => bundle(source, `dist/lab/${name}.mjs`)),
		...standInPrograms().map(([name, source]) => bundle(source, `dist/openwrt/${name}.mjs`)),
	]);
}

/** Every stand-in program there is: name and source. */
export function standInPrograms(): [name: string, source: string][] {
	const folder = "test/openwrt";
	const folders = readdirSync(join(root, folder)).map((name): [string, string] => [
		name,
		`${folder}/${name}/main.ts`,
	]);
	const files = ["uci", "ubus"].map((name): [string, string] => [name, `${folder}/${name}.ts`]);
	return [...folders, ...files].filter(([, source]) => existsSync(join(root, source)));
}

function bundle(source: string, outfile: string): Promise<void> {
	return bundleForNode(root, join(root, source), join(root, outfile));
}

/** Static, so that it runs wherever it is called: inside a router's root there may be another libc. */
async function compileTool(source: string, outfile: string): Promise<void> {
	if (isNewer(outfile, source)) return;
	const { exitCode, output } = await runCommand([
		..."gcc -std=gnu17 -O2 -static -Wall -Wextra -Werror -o".split(" "),
		outfile,
		source,
	]).catch(() => ({ exitCode: -1, output: "gcc is missing; install it with: npm run setup" }));
	if (exitCode !== 0) throw new Error(`cannot compile ${source}:\n${output}`);
}

function isNewer(file: string, source: string): boolean {
	return existsSync(file) && statSync(file).mtimeMs > statSync(join(root, source)).mtimeMs;
}

runAsProgram("openwrt", async () => {
	await buildOpenwrt();
	return 0;
});
