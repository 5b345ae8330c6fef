import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readVariable } from "../../../build/makefile.ts";
import { VERSION } from "../../../package/polywan/src/version.ts";

test("one version everywhere: the program, its packages, the workspace", () => {
	const folders = [".", "ui", ...readdirSync("package").map((name) => `package/${name}`)];
	const paths = folders
		.flatMap((folder) => [`${folder}/Makefile`, `${folder}/package.json`])
		.filter((path) => existsSync(path));
	expect(paths.length).toBeGreaterThanOrEqual(9);
	for (const path of paths) expect(readVersion(path), path).toBe(VERSION);
});

function readVersion(path: string): string {
	const text = readFileSync(path, "utf8");
	return path.endsWith("Makefile") ? readVariable(text, "PKG_VERSION") : JSON.parse(text).version;
}
