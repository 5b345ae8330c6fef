import { parseArgs } from "node:util";
import { packageArchitectures, parseArchitectures } from "./architecture.ts";
import { bundleProgram, bundleText, compileProgram } from "./bundle.ts";
import { buildRuntime } from "./engine.ts";
import { buildOpenwrt } from "./openwrt.ts";
import { buildPanel } from "./panel.ts";
import { runAsProgram, step } from "./program.ts";
import type { Architecture } from "./toolchain.ts";

/** Programs that run on the router: name → source. */
export const programs: Readonly<Record<string, string>> = {
	polywan: "package/polywan/src/main.ts",
	"polywan-reports": "package/polywan-reports/src/main.ts",
	"polywan-mwan3-compat": "package/polywan-mwan3-compat/src/main.ts",
};

/** Builds what the tests, the demo and the packages need into dist/. What is up to date is left as it is. */
export async function buildAll(targets: readonly Architecture[]): Promise<void> {
	for (const target of targets) await step(`runtime ${target}`, () => buildRuntime(target));
	await step("lab and OpenWrt stand-in", buildOpenwrt);
	await step("panel", () => buildPanel());
	await bundlePrograms();
	for (const name of Object.keys(programs))
		for (const target of targets) await step(`${name} ${target}`, () => compileProgram(name, target));
}

/** Bundles the router's programs into dist/bundle/: to be compiled, and as one text. */
export async function bundlePrograms(): Promise<void> {
	for (const [name, entry] of Object.entries(programs))
		await step(`bundle ${name}`, () => Promise.all([bundleProgram(entry, name), bundleText(entry, name)]));
}

runAsProgram("build", async (args) => {
	const { values } = parseArgs({ args, options: { arch: { type: "string", default: "x86_64" } } });
	await buildAll(parseArchitectures(values.arch).map((name) => packageArchitectures[name]));
	return 0;
});
