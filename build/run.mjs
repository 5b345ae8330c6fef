#!/usr/bin/env node
// The one file that runs before anything is installed: brings the npm packages, then bundles and runs a
// TypeScript program of build/. `node build/run.mjs test` runs build/test.ts.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name = "", ...args] = process.argv.slice(2);
if (Number(process.versions.node.split(".")[0]) < 20)
	fail(`Node 20 or newer is needed, this is ${process.version}`);
const entry = join(root, "build", `${name}.ts`);
if (!/^[a-z-]+$/.test(name) || !existsSync(entry)) fail(`there is no program build/${name}.ts`);

installPackages();
const { bundleForNode } = await import("./node-bundle.mjs");
const outfile = join(root, ".cache", "programs", `${name}-${process.pid}.mjs`);
await bundleForNode(root, entry, outfile);
process.on("exit", () => rmSync(outfile, { force: true }));
process.chdir(root);
process.argv = [process.execPath, entry, ...args];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(outfile).href);

/**
 * Brings node_modules to what package-lock.json says, when it is not. Not by `npm ci`: it refuses a lock file that leaves
 * out an optional package of another platform, which a registry may not have. The lock file is not written.
 */
function installPackages() {
	const stamp = join(root, "node_modules", ".polywan-lock");
	const wanted = createHash("sha256")
		.update(readFileSync(join(root, "package-lock.json")))
		.digest("hex");
	if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
	console.error("set-up: npm packages");
	const npm = spawnSync("npm", ["install", "--loglevel=warn", "--no-save", "--no-audit", "--no-fund"], {
		cwd: root,
		stdio: ["ignore", 2, 2],
	});
	if (npm.status !== 0) fail("npm install failed; its messages are above");
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, wanted);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
	console.error(`polywan: ${message}`);
	process.exit(1);
}
