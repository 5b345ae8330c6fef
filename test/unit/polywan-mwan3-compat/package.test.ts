import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderControl } from "../../../build/ipk-format.ts";
import { parsePackage } from "../../../build/makefile.ts";
import { readOverlay } from "../../../build/overlay.ts";

const files = readOverlay("rootfs-overlay", "polywan-mwan3-compat");

test("the package cannot be installed beside mwan3, whose files it has", () => {
	const recipe = parsePackage(
		readFileSync("package/polywan-mwan3-compat/Makefile", "utf8"),
		"polywan-mwan3-compat",
	);
	const control = renderControl({ recipe, architecture: "x86_64", source: "", files, epoch: 0 });
	expect(control).toMatch(/^Conflicts: mwan3$/m);
	expect(control).toMatch(/^Depends: polywan-runtime \(= [^)]+\), polywan$/m);
	expect(files.map(({ path }) => path)).toContain("usr/sbin/mwan3");
});

test("its scripts are executable, and ash can read them", () => {
	for (const { path, mode } of files.filter(({ path: name }) => /init\.d|sbin|\.user$/.test(name))) {
		expect(mode, path).toBe(0o755);
		execFileSync("busybox", ["ash", "-n", `rootfs-overlay/${path}`]);
	}
});
