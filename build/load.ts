import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleForNode } from "./node-bundle.mjs";
import { root } from "./program.ts";

/** Bundles a TypeScript module of the repository and imports it; the caller says what it exports. */
export async function loadModule<T>(path: string): Promise<T> {
	const source = join(root, path);
	if (!existsSync(source)) throw new Error(`there is no ${path}`);
	const outfile = join(root, ".cache", "programs", `${path.replaceAll("/", "-").replace(/\.ts$/, "")}.mjs`);
	await bundleForNode(root, source, outfile);
	return (await import(pathToFileURL(outfile).href)) as T;
}
