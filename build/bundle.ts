// Programs: a TypeScript entry becomes JavaScript modules, each with a line map (dist/bundle/<name>/), one for the start and those
// that it and others share or import when they need them. They become one file of bytecode for the runtime of an architecture
// (dist/<target>), made by that very runtime: bytecode fits no other build.
import { spawnSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { runtimeBuildId } from "./engine.ts";
import { buildLineMap } from "./line-map.ts";
import type { RuntimeTarget } from "./toolchain.ts";

const bundleFolder = join("dist", "bundle");

/** Bundles a program into the modules <folder>/<name>/*.js, each with its line map beside it in *.map, and returns that folder. */
export async function bundleProgram(entry: string, name: string, folder = bundleFolder): Promise<string> {
	const out = join(folder, name);
	const result = await build({
		...programOptions(),
		entryPoints: { [name]: entry },
		outdir: out,
		splitting: true,
		sourcemap: "external",
	});
	const written = new Set<string>();
	for (const { path, text } of result.outputFiles) {
		const isMap = path.endsWith(".js.map");
		const file = join(out, basename(path).replace(/\.js\.map$/, ".map"));
		writeChanged(file, isMap ? buildLineMap(text, out) : text);
		written.add(basename(file));
	}
	for (const file of readdirSync(out)) if (!written.has(file)) rmSync(join(out, file), { recursive: true });
	return out;
}

/** Bundles a program into one module, dist/bundle/<name>.js, for builds that take source text. */
export async function bundleText(entry: string, name: string): Promise<string> {
	const out = join(bundleFolder, `${name}.js`);
	const { outputFiles } = await build({ ...programOptions(), entryPoints: [entry], outfile: out });
	writeChanged(out, outputFiles[0]?.text ?? "");
	return out;
}

function programOptions(): BuildOptions & { write: false } {
	return {
		bundle: true,
		write: false,
		format: "esm",
		platform: "neutral",
		mainFields: ["module", "main"],
		target: "es2023",
		external: ["polywan:*"],
		alias: { ...libraryStandIns(), ...workspaceSources() },
		// Names are a tenth of the bytecode, and the line map tells places without them.
		minifyIdentifiers: true,
		legalComments: "none",
		charset: "utf8",
		logLevel: "warning",
	};
}

/** Compiles dist/bundle/<name>/ into dist/<target>/<name>, unless that is up to date, and returns that path. */
export async function compileProgram(name: string, target: RuntimeTarget): Promise<string> {
	const out = join("dist", target, name);
	compileBundle(join(bundleFolder, name), out, target);
	return out;
}

/** Compiles the modules of a bundle's folder by the runtime of the target, under emulation where this machine is another. */
export function compileBundle(bundle: string, out: string, target: RuntimeTarget): void {
	const files = readdirSync(bundle).sort();
	const state = [
		runtimeBuildId(target),
		...files.map((file) => `${file} ${statSync(join(bundle, file)).mtimeMs}`),
	].join(" ");
	const stamp = join(".cache", "runtime", `${out.replaceAll("/", "-")}.compiled`);
	if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
	const start = `${basename(bundle)}.js`;
	const others = files.filter((file) => file.endsWith(".js") && file !== start);
	const part = `${out}.${process.pid}`;
	const command = [
		...[...runtimeCommand(target), "--compile", part],
		...[start, ...others].map((file) => join(bundle, file)),
	];
	mkdirSync(dirname(out), { recursive: true });
	const compiler = spawnSync(command[0] ?? "", command.slice(1), { encoding: "utf8" });
	if (compiler.error || compiler.status !== 0)
		throw new Error(`${command.join(" ")} failed: ${compiler.error?.message ?? compiler.stderr}`);
	renameSync(part, out);
	writeFileSync(stamp, state);
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
