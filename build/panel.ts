import { createHash } from "node:crypto";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import type { ArchiveFile } from "./archive.ts";
import { workspaceSources } from "./node-bundle.mjs";
import { root } from "./program.ts";

/** Where the built panel stands, laid out as under /www on the router. */
export const panelFolder = join(root, "dist/panel/www");

export interface BuiltPanel {
	/** Path under /www of the script that both homes of the panel load. */
	readonly script: string;
	/** Bytes of every file by its path under /www. */
	readonly files: ReadonlyMap<string, number>;
}

/**
 * Bundles ui/ to dist/panel/www: scripts in a folder that carries the hash of them all (uhttpd sends no Cache-Control, and
 * LuCI's own version does not change when a package does), the page that stands alone, and LuCI's view that mounts the same
 * script. What did not change is not written again.
 */
export async function buildPanel(options: { minify?: boolean; folder?: string } = {}): Promise<BuiltPanel> {
	const folder = options.folder ?? panelFolder;
	const scripts = await bundleScripts(options.minify ?? true);
	const hash = createHash("sha256");
	for (const [name, text] of scripts) hash.update(`${name}\n${text}\n`);
	const home = `polywan/${hash.digest("hex").slice(0, 12)}`;
	const script = `${home}/app.js`;
	const alone = [...scripts.keys()].find((name) => name.startsWith("alone-")) ?? "app.js";
	const files = new Map([...scripts].map(([name, text]) => [`${home}/${name}`, text]));
	const template = (name: string) =>
		readFileSync(join(root, "ui/www", name), "utf8")
			.replaceAll("%APP%", `/${script}`)
			.replaceAll("%ALONE%", `/${home}/${alone}`);
	files.set("polywan/index.html", template("index.html"));
	files.set("polywan/favicon.svg", template("favicon.svg"));
	files.set("luci-static/resources/view/polywan/panel.js", withoutComments(template("view.js")));
	writeTree(folder, files);
	return { script, files: new Map([...files].map(([path, text]) => [path, Buffer.byteLength(text)])) };
}

/** LuCI's view is no module, so esbuild refuses it: its comment lines and indentation are left out by hand. */
function withoutComments(script: string): string {
	return script.replace(/^\s*(\/\/.*)?\n?/gm, "").replace(/^\s+/gm, "");
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

/** The scripts by name: "app.js" is loaded first, the others when they are wanted. */
async function bundleScripts(minify: boolean): Promise<ReadonlyMap<string, string>> {
	const { outputFiles, metafile } = await build({
		...common,
		minify,
		entryPoints: { app: join(root, "ui/src/main.tsx") },
		outdir: "/panel",
		chunkNames: "[name]-[hash]",
		splitting: true,
		metafile: true,
		jsx: "automatic",
		jsxImportSource: "preact",
		alias: workspaceSources(root),
		plugins: [{ name: "style", setup: (build) => build.onLoad({ filter: /\.css$/ }, loadStyle) }],
	});
	const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
	const shared = readShared(metafile);
	const app = await joinFirst(texts, shared, minify);
	const others = [...texts]
		.filter(([name]) => name !== "app.js" && name !== shared)
		.map(([name, text]): [string, string] => [name, text.replaceAll(`./${shared}`, "./app.js")])
		.sort(([a], [b]) => (a < b ? -1 : 1));
	return new Map([["app.js", app], ...others]);
}

const common = {
	bundle: true,
	format: "esm",
	platform: "browser",
	target: "es2022",
	charset: "utf8",
	legalComments: "none",
	write: false,
	logLevel: "warning",
} as const;

/** What the first script shares with later ones, which esbuild cuts out of it. */
function readShared({ outputs }: Metafile): string {
	const entry = Object.values(outputs).find(({ entryPoint }) => entryPoint?.endsWith("ui/src/main.tsx"));
	const shared = entry?.imports.filter(({ kind }) => kind === "import-statement") ?? [];
	const [only] = shared;
	if (only === undefined || shared.length > 1)
		throw new Error(
			`the panel's first load is cut into ${shared.length + 1} scripts; name what is shared in ui/src/shared.ts`,
		);
	return basename(only.path);
}

/** The first script and what it shares in one file, which later scripts import from: a request less, twice as fast to the first figure. */
async function joinFirst(
	texts: ReadonlyMap<string, string>,
	shared: string,
	minify: boolean,
): Promise<string> {
	const memory: Plugin = {
		name: "memory",
		setup: (build) => {
			build.onResolve({ filter: /^\.\// }, ({ path }) => {
				const name = path.slice(2);
				return name === "app.js" || name === shared
					? { path: name, namespace: "memory" }
					: { path, external: true };
			});
			build.onLoad({ filter: /./, namespace: "memory" }, ({ path }) => ({
				contents: texts.get(path) ?? "",
				resolveDir: root,
			}));
		},
	};
	const contents = `export * from "./${shared}";\nexport * from "./app.js";\n`;
	const { outputFiles } = await build({
		...common,
		minify,
		stdin: { contents, resolveDir: root },
		plugins: [memory],
	});
	return outputFiles[0]?.text ?? "";
}

function writeTree(folder: string, files: ReadonlyMap<string, string>): void {
	for (const path of listFiles(folder)) if (!files.has(path)) rmSync(join(folder, path));
	for (const path of listEmpty(folder)) rmdirSync(join(folder, path));
	for (const [path, data] of files) {
		const target = join(folder, path);
		if (existsSync(target) && readFileSync(target).equals(Buffer.from(data))) continue;
		mkdirSync(dirname(target), { recursive: true });
		writeFileSync(`${target}.new`, data);
		renameSync(`${target}.new`, target);
	}
}

function listEmpty(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true })
		.map(String)
		.filter(
			(path) => statSync(join(folder, path)).isDirectory() && readdirSync(join(folder, path)).length === 0,
		);
}

function listFiles(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true })
		.map(String)
		.filter((path) => statSync(join(folder, path)).isFile())
		.sort();
}
