import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ArchiveFile, buildTarGz } from "./archive.ts";
import { bundlePrograms } from "./build.ts";
import { readVariable, withVariable } from "./makefile.ts";
import { readOverlay } from "./overlay.ts";
import { buildPanel, readPanelFiles } from "./panel.ts";
import { root } from "./program.ts";

/** Packages made of a program of the same name and files of the overlay. */
export const programPackages = ["polywan", "polywan-reports", "polywan-mwan3-compat"] as const;
export type ProgramPackage = (typeof programPackages)[number];

/** The panel is made by esbuild, not run by the runtime. */
const panelPackage = "luci-app-polywan";

/** 1980-01-01, for every entry: the hash follows from the content alone, and so the commit that pins it does not change it. */
const entryEpoch = 315_532_800;

/** Bundles the programs, writes the archives to dist/source and their hashes to the Makefiles. */
export async function buildSourceArchives(): Promise<{ path: string; sha256: string }[]> {
	await bundlePrograms();
	mkdirSync(join(root, "dist/source"), { recursive: true });
	const archives: { path: string; sha256: string }[] = [];
	for (const name of programPackages)
		archives.push(
			writeArchive(name, await packSourceArchive(readFileSync(join(root, `dist/bundle/${name}.js`)), name)),
		);
	await buildPanel();
	archives.push(writeArchive(panelPackage, await packFiles(panelPackage, readPanelFiles())));
	return archives;
}

function writeArchive(name: string, data: Buffer): { path: string; sha256: string } {
	const makefile = readFileSync(makefilePath(name), "utf8");
	const path = join(root, "dist/source", readVariable(makefile, "PKG_SOURCE"));
	writeFileSync(path, data);
	const sha256 = createHash("sha256").update(data).digest("hex");
	writeFileSync(makefilePath(name), withVariable(makefile, "PKG_HASH", sha256));
	return { path, sha256 };
}

/**
 * What an OpenWrt build takes in place of npm: the bundled program as source text (bytecode needs the very runtime that the
 * build makes) and the router's files, laid out as they are installed.
 */
export function packSourceArchive(bundle: Uint8Array, name: ProgramPackage = "polywan"): Promise<Buffer> {
	const program = Buffer.concat([Buffer.from("#!/usr/bin/polywan-run\n"), bundle]);
	return packFiles(name, [{ path: `usr/sbin/${name}`, data: program, mode: 0o755 }]);
}

/** These files and those of the overlay that the package owns. */
function packFiles(name: string, own: readonly ArchiveFile[]): Promise<Buffer> {
	const installed = [...own, ...readOverlay(join(root, "rootfs-overlay"), name)];
	const files: ArchiveFile[] = [
		{ path: "LICENSE", data: readFileSync(join(root, "LICENSE")), mode: 0o644 },
		...installed.map((file) => ({ ...file, path: `root/${file.path}` })),
	];
	const folder = `${name}-${readVariable(readFileSync(makefilePath(name), "utf8"), "PKG_VERSION")}`;
	return buildTarGz(
		files.map((file) => ({ ...file, path: `${folder}/${file.path}` })),
		entryEpoch,
	);
}

function makefilePath(name: string): string {
	return join(root, "package", name, "Makefile");
}
