import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packageArchitectures, parseArchitectures } from "./architecture.ts";
import { type Architecture, buildRuntime } from "./engine.ts";
import { loadModule } from "./load.ts";
import { buildOpenwrt } from "./openwrt.ts";
import { root, runAsProgram, step } from "./program.ts";

interface Programs {
	bundleProgram(entry: string, name: string): Promise<string>;
	compileProgram(name: string, target: Architecture): Promise<string>;
}

/** Programs that run on the router: name → source. */
export const programs: Readonly<Record<string, string>> = {
	polywan: "package/polywan/src/main.ts",
};

/** Builds what the tests, the demo and the packages need into dist/. What is up to date is left as it is. */
export async function buildAll(targets: readonly Architecture[]): Promise<void> {
	const bundle = await part<Programs>("build/bundle.ts");
	for (const target of targets) await step(`runtime ${target}`, () => buildRuntime(target));
	await bundlePrograms();
	for (const name of Object.keys(programs))
		for (const target of targets)
			if (bundle) await step(`${name} ${target}`, () => bundle.compileProgram(name, target));
	await step("lab and OpenWrt stand-in", buildOpenwrt);
}

/** Bundles the router's programs into dist/bundle/. */
export async function bundlePrograms(): Promise<void> {
	const bundle = await part<Programs>("build/bundle.ts");
	for (const [name, entry] of Object.entries(programs))
		if (bundle) await step(`bundle ${name}`, () => bundle.bundleProgram(entry, name));
}

async function part<T>(path: string): Promise<T | null> {
	return existsSync(join(root, path)) ? loadModule<T>(path) : null;
}

runAsProgram("build", async (args) => {
	const { values } = parseArgs({ args, options: { arch: { type: "string", default: "x86_64" } } });
	await buildAll(parseArchitectures(values.arch).map((name) => packageArchitectures[name]));
	return 0;
});
