import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { root } from "./program.ts";

/** Where the built panel stands, laid out as under /www on the router. */
export const panelFolder = join(root, "dist/panel/www");

/**
 * Bundles ui/ to dist/panel/www: one script whose name carries its hash (uhttpd sends no Cache-Control, and LuCI's own
 * version does not change when a package does), the page that stands alone, and LuCI's view that mounts the same script.
 */
export async function buildPanel(
	options: { minify?: boolean } = {},
): Promise<{ script: string; bytes: number }> {
	const result = await build({
		entryPoints: [join(root, "ui/src/main.tsx")],
		bundle: true,
		format: "esm",
		platform: "browser",
		target: "es2022",
		minify: options.minify ?? true,
		jsx: "automatic",
		jsxImportSource: "preact",
		loader: { ".css": "text" },
		legalComments: "none",
		write: false,
		logLevel: "warning",
	});
	const code = result.outputFiles[0]?.contents ?? new Uint8Array();
	const script = `app-${createHash("sha256").update(code).digest("hex").slice(0, 10)}.js`;
	rmSync(panelFolder, { recursive: true, force: true });
	const put = (path: string, data: string | Uint8Array) => {
		mkdirSync(dirname(join(panelFolder, path)), { recursive: true });
		writeFileSync(join(panelFolder, path), data);
	};
	const template = (name: string) =>
		readFileSync(join(root, "ui/www", name), "utf8").replaceAll("%APP%", `/polywan/${script}`);
	put(`polywan/${script}`, code);
	put("polywan/index.html", template("index.html"));
	put("polywan/favicon.svg", template("favicon.svg"));
	put("luci-static/resources/view/polywan/panel.js", template("view.js"));
	return { script, bytes: code.length };
}
