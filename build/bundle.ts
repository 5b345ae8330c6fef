// Programs: a TypeScript entry becomes one JavaScript module with a line map (dist/bundle), and that becomes bytecode for the runtime of
// an architecture (dist/<target>), made by that very runtime: bytecode fits no other build.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type RuntimeTarget, runtimeBuildId } from "./engine.ts";
import { buildLineMap } from "./line-map.ts";

/** Bundles a program into dist/bundle/<name>.js (and .map) and returns that path. */
export async function bundleProgram(entry: string, name: string): Promise<string> {
	const out = join("dist", "bundle", `${name}.js`);
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
		alias: workspaceSources(),
		sourcemap: "external",
		legalComments: "none",
		charset: "utf8",
		logLevel: "warning",
	});
	const text = (suffix: string) => result.outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? "";
	writeChanged(out, text(".js"));
	writeChanged(out.replace(/js$/, "map"), buildLineMap(text(".map"), join("dist", "bundle")));
	return out;
}

/** Compiles dist/bundle/<name>.js into dist/<target>/<name>, with emulation for other architectures, and returns that path. */
export async function compileProgram(name: string, target: RuntimeTarget): Promise<string> {
	const bundle = join("dist", "bundle", `${name}.js`);
	const map = join("dist", "bundle", `${name}.map`);
	const out = join("dist", target, name);
	const stamp = join(".cache", "runtime", `${target}.${name}.program`);
	const state = [runtimeBuildId(target), ...[bundle, map].map((path) => statSync(path).mtimeMs)].join(" ");
	if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, "utf8") === state) return out;
	const runtime = runtimeCommand(target);
	const compiler = spawnSync(
		runtime[0] ?? "",
		[...runtime.slice(1), "--compile", bundle, `${out}.new`, map],
		{
			encoding: "utf8",
		},
	);
	if (compiler.error || compiler.status !== 0)
		throw new Error(
			`${[...runtime, "--compile", bundle].join(" ")} failed: ${compiler.error?.message ?? compiler.stderr}`,
		);
	chmodSync(`${out}.new`, 0o755);
	renameSync(`${out}.new`, out);
	writeFileSync(stamp, state);
	return out;
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
	mkdirSync(join(path, ".."), { recursive: true });
	writeFileSync(`${path}.new`, bytes);
	renameSync(`${path}.new`, path);
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
