import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readVariable } from "../../build/makefile.ts";
import { readOwners } from "../../build/overlay.ts";
import { fetchSource, pinnedSource } from "../../build/source.ts";
import { packSourceArchive, programPackages } from "../../build/source-archive.ts";
import { VERSION } from "../../package/polywan/src/version.ts";

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "polywan-openwrt-"));
	for (const name of ["dl", "build", "root"]) mkdirSync(join(folder, name));
});

afterAll(() => {
	rmSync(folder, { recursive: true });
});

/** Runs a package's Makefile as an OpenWrt build does; installs into `folder`/root. */
function make(packageFolder: string, ...variables: string[]): void {
	const paths = [
		`TOPDIR=${resolve("test/package/openwrt")}`,
		`BUILD_DIR=${join(folder, "build")}`,
		`DL_DIR=${join(folder, "dl")}`,
		`ROOT=${join(folder, "root")}`,
	];
	execFileSync("make", ["-s", "-C", packageFolder, ...paths, ...variables], { stdio: "pipe" });
}

test("the runtime's Makefile pins the sources that feeds/sources.json names", () => {
	const makefile = readFileSync("package/runtime/Makefile", "utf8");
	const [engine, tls] = [pinnedSource("quickjs"), pinnedSource("mbedtls")];
	expect(readVariable(makefile, "PKG_SOURCE")).toBe(engine.file);
	expect(readVariable(makefile, "PKG_HASH")).toBe(engine.sha256);
	expect(readVariable(makefile, "TLS_SOURCE")).toBe(tls.file);
	expect(readVariable(makefile, "TLS_HASH")).toBe(tls.sha256);
});

test("the runtime builds from the pinned sources with the target's compiler, and runs a program's text", () => {
	for (const name of ["quickjs", "mbedtls"] as const)
		copyFileSync(fetchSource(name), join(folder, "dl", pinnedSource(name).file));
	make("package/runtime");
	const run = join(folder, "root/usr/bin/polywan-run");
	const program = join(folder, "program.js");
	writeFileSync(program, '#!/usr/bin/polywan-run\nconsole.log("text " + 6 * 7);\n');
	expect(execFileSync(run, [program], { encoding: "utf8" })).toBe("text 42\n");
}, 300_000);

test.each(programPackages)(
	"%s's Makefile installs every file of the package, and that runtime runs the program's text",
	async (name) => {
		const archive = await packSourceArchive(readFileSync(`dist/bundle/${name}.js`), name);
		const makefile = readFileSync(`package/${name}/Makefile`, "utf8");
		writeFileSync(join(folder, "dl", readVariable(makefile, "PKG_SOURCE")), archive);
		const sha256 = createHash("sha256").update(archive).digest("hex");
		make(`package/${name}`, `PKG_HASH=${sha256}`);
		const root = join(folder, "root");
		const owned = [...readOwners("rootfs-overlay")].filter(([, owner]) => owner.package === name);
		for (const [path] of owned) expect(existsSync(join(root, path)), path).toBe(true);
		const scripts = owned.map(([path]) => path).filter((path) => path.startsWith("etc/init.d/"));
		expect(scripts.map((path) => statSync(join(root, path)).mode & 0o777)).toEqual([0o755]);
		const program = [join(root, "usr/bin/polywan-run"), join(root, `usr/sbin/${name}`)] as const;
		expect(execFileSync(program[0], [program[1], "version"], { encoding: "utf8" })).toContain(VERSION);
	},
);

test("an archive with another hash is refused", () => {
	expect(() => make("package/polywan", `PKG_HASH=${"0".repeat(64)}`)).toThrow("did NOT match");
});

test("the same sources give the same archive", async () => {
	const pack = () => packSourceArchive(Buffer.from("1;\n"));
	expect((await pack()).equals(await pack())).toBe(true);
});
