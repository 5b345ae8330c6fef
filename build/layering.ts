import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/**
 * What a folder's sources may import: names of workspace packages, or `name/subpath` for one entry of a package.
 * `libraries` are the names of npm packages that end up in what is built from the folder.
 */
export interface Layer {
	readonly folder: string;
	readonly imports: readonly string[];
	readonly libraries?: readonly string[];
	/** C modules of the runtime, imported as "polywan:<name>". */
	readonly nativeModules?: boolean;
}

const everything = ["polywan-runtime", "uci-parser", "ubus-js", "polywan-core"];

/** Every folder of TypeScript that ends up on the router or in the browser. */
export const layers: readonly Layer[] = [
	{ folder: "package/runtime", imports: [], nativeModules: true },
	{ folder: "package/uci-parser", imports: [] },
	{ folder: "package/ubus-js", imports: [] },
	{ folder: "package/polywan-core", imports: ["uci-parser"] },
	{ folder: "package/polywan", imports: everything },
	{
		folder: "package/polywan-reports",
		imports: [
			...everything,
			"polywan/bus/transport",
			"polywan/log",
			"polywan/plugin/plugin-process",
			"polywan/system-time-zone",
			"polywan/version",
		],
		libraries: ["mqtt"],
	},
	{
		folder: "package/polywan-mwan3-compat",
		imports: [...everything, "polywan/bus/transport", "polywan/version"],
	},
	{ folder: "package/polywan-bond", imports: everything },
	{ folder: "package/polywan-balancer", imports: everything },
	{
		folder: "ui",
		imports: [
			"polywan-core",
			"ubus-js/browser",
			"polywan-reports/config/schema",
			"polywan-reports/config/parse",
		],
		libraries: ["preact", "@preact/signals", "uplot"],
	},
];

/** An import that its folder's layer does not allow. */
export interface Violation {
	readonly file: string;
	readonly line: number;
	readonly specifier: string;
	readonly reason: string;
}

// The formatter puts every import and re-export at the start of a line; `import("x")` stands anywhere, in types too.
const importPattern =
	/^import\s+(?:type\s+)?(?:[\w$*{},\s]+?\sfrom\s+)?["']([^"']+)["']|^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

/** Every module a source names, types included, with its line. */
export function parseImports(source: string): { specifier: string; line: number }[] {
	return [...source.matchAll(importPattern)].map((match) => ({
		specifier: match[1] ?? match[2] ?? match[3] ?? "",
		line: source.slice(0, match.index).split("\n").length,
	}));
}

/** Why `file` (of the layer) may not import `specifier`; null when it may. Paths are relative to the repository. */
export function refusal(layer: Layer, file: string, specifier: string): string | null {
	if (specifier.startsWith(".")) {
		const inside = !relative(layer.folder, join(dirname(file), specifier)).startsWith("..");
		return inside ? null : `a relative import leaves ${layer.folder}; name the package instead`;
	}
	if (specifier.startsWith("polywan:"))
		return layer.nativeModules ? null : "C modules belong to package/runtime; import its TypeScript face";
	const allowed = [...layer.imports, ...(layer.libraries ?? [])];
	if (allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return null;
	return allowed.length === 0
		? `${layer.folder} imports nothing`
		: `${layer.folder} imports ${allowed.join(", ")} alone`;
}

/** Checks every source under the repository's package/ and ui/ against `table`. */
export function checkLayering(repository: string, table: readonly Layer[] = layers): Violation[] {
	return sourceFiles(repository).flatMap((file) => {
		const layer = table.find(({ folder }) => file.startsWith(`${folder}/`));
		if (!layer)
			return [
				{ file, line: 1, specifier: "", reason: "no layer for this folder; add it to build/layering.ts" },
			];
		return parseImports(readFileSync(resolve(repository, file), "utf8")).flatMap(({ specifier, line }) => {
			const reason = refusal(layer, file, specifier);
			return reason === null ? [] : [{ file, line, specifier, reason }];
		});
	});
}

export function renderViolation({ file, line, specifier, reason }: Violation): string {
	return `${file}:${line} imports "${specifier}": ${reason}`;
}

/** Paths, relative to the repository, of every source that ends up on the router or in the browser. */
export function sourceFiles(repository: string): string[] {
	return ["package", "ui"].flatMap((top) =>
		readdirSync(join(repository, top), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
			.map((entry) => relative(repository, join(entry.parentPath, entry.name)))
			.filter((file) => !file.includes("node_modules/")),
	);
}
