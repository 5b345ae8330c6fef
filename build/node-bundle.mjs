import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Bundles a TypeScript program for Node 20, which runs none by itself: workspace packages from their sources,
 * everything of node_modules stays outside.
 *
 * @param {string} root the repository
 * @param {string} entry path of the program's source
 * @param {string} outfile path of the bundle, an ES module
 */
export async function bundleForNode(root, entry, outfile) {
	await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: "node",
		target: "node20",
		format: "esm",
		packages: "external",
		alias: workspaceSources(root),
		sourcemap: "inline",
		logLevel: "warning",
	});
}

/**
 * Where esbuild finds the sources of each workspace package.
 *
 * @param {string} root the repository
 * @returns {Record<string, string>} package name → folder of its sources
 */
export function workspaceSources(root) {
	/** @type {{ workspaces: string[] }} */
	const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	return Object.fromEntries(
		workspaces.map((folder) => {
			const { name } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
			return [name, join(root, folder, "src")];
		}),
	);
}
