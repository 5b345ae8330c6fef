import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkLayering, parseImports } from "../../../build/layering.ts";

const made: string[] = [];

afterEach(() => {
	for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A repository with these files; `package/` and `ui/` are always there. */
function repository(files: Record<string, string>): string {
	const root = mkdtempSync(join(tmpdir(), "polywan-layering-"));
	made.push(root);
	for (const folder of ["package", "ui"]) mkdirSync(join(root, folder));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	return root;
}

test("finds imports in every form, and their lines", () => {
	const source = [
		'import type { A } from "a";',
		'import { B, type C } from "b/c";',
		"import {",
		"\tD,",
		'} from "./d.ts";',
		'export { E } from "e";',
		'export type * from "f";',
		'import "g";',
		'type H = import("h").H;',
		'const text = "import";',
		'export const name = "not-imported";',
	].join("\n");
	expect(parseImports(source)).toEqual([
		{ specifier: "a", line: 1 },
		{ specifier: "b/c", line: 2 },
		{ specifier: "./d.ts", line: 3 },
		{ specifier: "e", line: 6 },
		{ specifier: "f", line: 7 },
		{ specifier: "g", line: 8 },
		{ specifier: "h", line: 9 },
	]);
});

test("allows what the layers allow", () => {
	const root = repository({
		"package/polywan-core/src/config/model.ts":
			'import { parsePackage } from "uci-parser/parse";\nimport { x } from "../plan/x.ts";\n',
		"package/runtime/src/loop.ts": 'import { wait } from "polywan:epoll";\n',
		"ui/src/app.tsx":
			'import { render } from "preact";\nimport { UbusSession } from "ubus-js/browser";\nimport type { Model } from "polywan-core/config/model";\n',
	});
	expect(checkLayering(root)).toEqual([]);
});

test.each([
	["package/polywan-core/src/x.ts", "polywan-runtime/clock"],
	["package/polywan-core/src/x.ts", "ubus-js/codec"],
	["package/polywan-core/src/x.ts", "node:fs"],
	["package/polywan-core/src/x.ts", "../../uci-parser/src/parse.ts"],
	["package/polywan-core/src/x.ts", "polywan:epoll"],
	["package/uci-parser/src/x.ts", "polywan-core/config/model"],
	["package/ubus-js/src/x.ts", "uci-parser/parse"],
	["package/runtime/src/x.ts", "ubus-js/bus"],
	["package/polywan/src/x.ts", "node:net"],
	["ui/src/x.ts", "ubus-js/bus"],
	["ui/src/x.ts", "polywan/daemon"],
	["ui/src/x.ts", "uci-parser/parse"],
])("%s may not import %s", (file, specifier) => {
	const root = repository({ [file]: `import { x } from "${specifier}";\n` });
	expect(checkLayering(root)).toMatchObject([{ file, line: 1, specifier }]);
});

test("a type import is an import", () => {
	const root = repository({
		"package/polywan-core/src/x.ts": 'import type { X } from "polywan-runtime/socket";\n',
	});
	expect(checkLayering(root)).toHaveLength(1);
});

test("a folder without a layer is reported", () => {
	const root = repository({ "package/unknown/src/x.ts": "export const x = 1;\n" });
	expect(checkLayering(root)).toMatchObject([{ file: "package/unknown/src/x.ts" }]);
});
