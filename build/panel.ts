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
import { build, type Metafile } from "esbuild";
import type { ArchiveFile } from "./archive.ts";
import { workspaceSources } from "./node-bundle.mjs";
import { root } from "./program.ts";

/** Where the built panel stands, laid out as under /www on the router. */
export const panelFolder = join(root, "dist/panel/www");

export interface BuiltPanel {
	/** Name of the script that both homes of the panel load. */
	readonly script: string;
	/** Scripts that are loaded with it at once. */
	readonly preloads: readonly string[];
	/** Bytes of every file by its path under /www. */
	readonly files: ReadonlyMap<string, number>;
}

/**
 * Bundles ui/ to dist/panel/www: scripts whose names carry their hashes (uhttpd sends no Cache-Control, and LuCI's own
 * version does not change when a package does), the page that stands alone, and LuCI's view that mounts the same script.
 * What did not change is not written again.
 */
export async function buildPanel(options: { minify?: boolean; folder?: string } = {}): Promise<BuiltPanel> {
	const folder = options.folder ?? panelFolder;
	const result = await build({
		entryPoints: { app: join(root, "ui/src/main.tsx") },
		outdir: join(folder, "polywan"),
		entryNames: "[name]-[hash]",
		chunkNames: "[name]-[hash]",
		bundle: true,
		splitting: true,
		metafile: true,
		format: "esm",
		platform: "browser",
		target: "es2022",
		minify: options.minify ?? true,
		jsx: "automatic",
		jsxImportSource: "preact",
		alias: workspaceSources(root),
		loader: { ".css": "text" },
		plugins: [{ name: "style", setup: (build) => build.onLoad({ filter: /\.css$/ }, loadStyle) }],
		legalComments: "none",
		write: false,
		logLevel: "warning",
	});
	const { script, preloads } = readEntry(result.metafile);
	const files = new Map<string, string | Uint8Array>(
		result.outputFiles.map(({ path, contents }) => [`polywan/${basename(path)}`, contents]),
	);
	const links = preloads.map((name) => `<link rel="modulepreload" href="${name}">`).join("");
	const template = (name: string) =>
		readFileSync(join(root, "ui/www", name), "utf8")
			.replaceAll("%APP%", `/polywan/${script}`)
			.replaceAll("%PRELOADS%", links);
	files.set("polywan/index.html", template("index.html"));
	files.set("polywan/favicon.svg", template("favicon.svg"));
	files.set("luci-static/resources/view/polywan/panel.js", template("view.js"));
	writeTree(folder, files);
	return {
		script,
		preloads,
		files: new Map([...files].map(([path, data]) => [path, Buffer.from(data).length])),
	};
}

/** The built panel as a package installs it. */
export function readPanelFiles(folder = panelFolder): ArchiveFile[] {
	return listFiles(folder).map((path) => ({
		path: `www/${path}`,
		data: readFileSync(join(folder, path)),
		mode: 0o644,
	}));
}

/** A style sheet travels as text inside the script; it is made small as scripts are. */
async function loadStyle({ path }: { path: string }) {
	const { outputFiles } = await build({
		entryPoints: [path],
		minify: true,
		write: false,
		target: "es2022",
		logLevel: "warning",
	});
	return { contents: outputFiles[0]?.text ?? "", loader: "text" as const };
}

function readEntry({ outputs }: Metafile): { script: string; preloads: string[] } {
	const [path, entry] =
		Object.entries(outputs).find(([, output]) => output.entryPoint?.endsWith("ui/src/main.tsx")) ?? [];
	if (path === undefined || entry === undefined) throw new Error("esbuild made no script of ui/src/main.tsx");
	const preloads = entry.imports
		.filter(({ kind }) => kind === "import-statement")
		.map(({ path: imported }) => basename(imported));
	return { script: basename(path), preloads };
}

function writeTree(folder: string, files: ReadonlyMap<string, string | Uint8Array>): void {
	for (const path of listFiles(folder)) if (!files.has(path)) rmSync(join(folder, path));
	for (const [path, data] of files) {
		const target = join(folder, path);
		if (existsSync(target) && readFileSync(target).equals(Buffer.from(data))) continue;
		mkdirSync(dirname(target), { recursive: true });
		writeFileSync(`${target}.new`, data);
		renameSync(`${target}.new`, target);
	}
}

function listFiles(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true })
		.map(String)
		.filter((path) => statSync(join(folder, path)).isFile())
		.sort();
}
