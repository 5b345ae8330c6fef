#!/usr/bin/env node
// The one file that runs before anything is installed: brings the npm packages, then bundles and runs a
// TypeScript program of build/. `node build/run.mjs test` runs build/test.ts.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...args] = process.argv.slice(2);
if (Number(process.versions.node.split(".")[0]) < 20) fail(`Node 20 or newer is needed, this is ${process.version}`);
if (!name || !/^[a-z-]+$/.test(name) || !existsSync(join(root, "build", `${name}.ts`)))
	fail(`there is no program build/${name}.ts`);

installPackages();
const { build } = await import("esbuild");
const outfile = join(root, ".cache", "programs", `${name}.mjs`);
await build({
	entryPoints: [join(root, "build", `${name}.ts`)],
	outfile,
	bundle: true,
	platform: "node",
	target: "node20",
	format: "esm",
	packages: "external",
	alias: workspaceSources(),
	sourcemap: "inline",
	logLevel: "warning",
});
process.chdir(root);
process.argv = [process.argv[0], join(root, "build", `${name}.ts`), ...args];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(outfile).href);

/** Workspace packages are bundled from their sources; everything else stays in node_modules. */
function workspaceSources() {
	const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	return Object.fromEntries(
		workspaces.map((folder) => {
			const { name } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
			return [name, join(root, folder, "src")];
		}),
	);
}

/** `npm ci` when node_modules is not what package-lock.json says. */
function installPackages() {
	const stamp = join(root, "node_modules", ".polywan-lock");
	const wanted = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest("hex");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
	console.error("set-up: npm packages (npm ci)");
	const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: ["ignore", 2, 2] });
	if (npm.status !== 0) fail("npm ci failed; its messages are above");
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, wanted);
}

function fail(message) {
	console.error(`polywan: ${message}`);
	process.exit(1);
}
