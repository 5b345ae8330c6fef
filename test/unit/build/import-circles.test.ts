import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findImportCircles } from "../../../build/import-circles.ts";

let root = "";
afterEach(() => rmSync(root, { recursive: true }));

function repository(files: Record<string, string>): string {
	root = mkdtempSync(join(tmpdir(), "polywan-circles-"));
	for (const folder of ["package", "ui"]) mkdirSync(join(root, folder));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	return root;
}

test("a circle is told by the import that closes it, types included", () => {
	repository({
		"package/a/one.ts": 'import { two } from "./two.ts";\n',
		"package/a/two.ts": 'import type {\n\tThree,\n} from "./deep/three.ts";\n',
		"package/a/deep/three.ts": 'import { one } from "../one.ts";\n',
	});
	expect(findImportCircles(root)).toHaveLength(1);
	expect(findImportCircles(root)[0]?.reason).toMatch(/^a circle: .*one\.ts.* → .*three\.ts/);
});

test("two ways to one file are no circle, nor is what is read when it is wanted", () => {
	repository({
		"ui/a.ts": 'import { b } from "./b.ts";\nimport { c } from "./c.ts";\n',
		"ui/b.ts": 'import { c } from "./c.ts";\n',
		"ui/c.ts": 'export const later = () => import("./a.ts");\n',
	});
	expect(findImportCircles(root)).toEqual([]);
});
