// Programs: a TypeScript entry becomes one JavaScript module with a line map (dist/bundle), and that becomes bytecode for the runtime of
// an architecture (dist/<target>), made by that very runtime: bytecode fits no other build.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { runtimeBuildId } from "./engine.ts";
import { buildLineMap } from "./line-map.ts";
import type { RuntimeTarget } from "./toolchain.ts";

const bundleFolder = join("dist", "bundle");

/** Bundles a program into <folder>/<name>.js, with its line map beside it in <name>.map, and returns that path. */
export async function bundleProgram(entry: string, name: string, folder = bundleFolder): Promise<string> {
	const out = join(folder, `${name}.js`);
	const result = await build({
		entryPoints: [entry],
		outfile: out,
		bundle: true,
		write: false,
		format: "esm",
		platform: "neutral",
		mainFields: ["module", "main"],
		target: "es2023",
		external: ["polywan:*"],
		alias: { ...libraryStandIns(), ...workspaceSources() },
		sourcemap: "external",
		// Names are a tenth of the bytecode, and the line map tells places without them.
		minifyIdentifiers: true,
		legalComments: "none",
		charset: "utf8",
		logLevel: "warning",
	});
	const text = (suffix: string) => result.outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? "";
	writeChanged(out, text(".js"));
	writeChanged(mapPath(out), buildLineMap(text(".map"), folder));
	return out;
}

/** Compiles dist/bundle/<name>.js into dist/<target>/<name>, unless that is up to date, and returns that path. */
export async function compileProgram(name: string, target: RuntimeTarget): Promise<string> {
	const out = join("dist", target, name);
	compileBundle(join(bundleFolder, `${name}.js`), out, target);
	return out;
}

/** Compiles a bundle by the runtime of the target, under emulation where this machine is another. */
export function compileBundle(bundle: string, out: string, target: RuntimeTarget): void {
	const state = [
		runtimeBuildId(target),
		...[bundle, mapPath(bundle)].map((path) => statSync(path).mtimeMs),
	].join(" ");
	const stamp = join(".cache", "runtime", `${out.replaceAll("/", "-")}.compiled`);
	if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
	const runtime = runtimeCommand(target);
	const part = `${out}.${process.pid}`;
	const command = [...runtime, "--compile", bundle, part, mapPath(bundle)];
	mkdirSync(dirname(out), { recursive: true });
	const compiler = spawnSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
	if (compiler.error || compiler.status !== 0)
		throw new Error(`${command.join(" ")} failed: ${compiler.error?.message ?? compiler.stderr}`);
	renameSync(part, out);
	writeFileSync(stamp, state);
}

function mapPath(bundle: string): string {
	return bundle.replace(/\.js$/, ".map");
}

/** How this machine runs the runtime of a target. */
export function runtimeCommand(target: RuntimeTarget): string[] {
	const runtime = join("dist", target, "polywan-run");
	const own = { x64: "x86_64", arm64: "aarch64" }[process.arch as string];
	return target === "asan" || target === own ? [runtime] : [`qemu-${target}-static`, runtime];
}

function writeChanged(path: string, content: string | Uint8Array): void {
	const bytes = Buffer.from(content);
	if (existsSync(path) && readFileSync(path).equals(bytes)) return;
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.${process.pid}`, bytes);
	renameSync(`${path}.${process.pid}`, path);
}

/** What npm packages of polywan-reports name and QuickJS has not, or has no use for. */
function libraryStandIns(): Record<string, string> {
	const folder = join(process.cwd(), "package/polywan-reports/src/mqtt/stand-in");
	return {
		"readable-stream": "readable-stream/lib/ours/browser.js",
		buffer: "buffer/",
		events: "events/",
		string_decoder: "string_decoder/",
		process: "process/browser.js",
		debug: join(folder, "debug.cjs"),
		"worker-timers": join(folder, "worker-timers.cjs"),
	};
}

/** Workspace packages are bundled from their sources. */
function workspaceSources(): Record<string, string> {
	const { workspaces } = JSON.parse(readFileSync("package.json", "utf8")) as { workspaces: string[] };
	return Object.fromEntries(
		workspaces.map((folder) => {
			const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string };
			return [name, join(process.cwd(), folder, "src")];
		}),
	);
}
