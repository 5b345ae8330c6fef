import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ArchiveFile, buildTarGz } from "./archive.ts";
import { bundlePrograms } from "./build.ts";
import { readVariable, withVariable } from "./makefile.ts";
import { readOverlay } from "./overlay.ts";
import { root } from "./program.ts";

const makefilePath = join(root, "package/polywan/Makefile");

/** 1980-01-01, for every entry: the hash follows from the content alone, and so the commit that pins it does not change it. */
const entryEpoch = 315_532_800;

/** Bundles the program, writes the archive to dist/source and its hash to package/polywan/Makefile. */
export async function buildSourceArchive(): Promise<{ path: string; sha256: string }> {
	await bundlePrograms();
	const data = await packSourceArchive(readFileSync(join(root, "dist/bundle/polywan.js")));
	const makefile = readFileSync(makefilePath, "utf8");
	const path = join(root, "dist/source", readVariable(makefile, "PKG_SOURCE"));
	mkdirSync(join(root, "dist/source"), { recursive: true });
	writeFileSync(path, data);
	const sha256 = createHash("sha256").update(data).digest("hex");
	writeFileSync(makefilePath, withVariable(makefile, "PKG_HASH", sha256));
	return { path, sha256 };
}

/**
 * What an OpenWrt build takes in place of npm: the bundled program as source text (bytecode needs the very runtime that the
 * build makes) and the router's files, laid out as they are installed.
 */
export function packSourceArchive(bundle: Uint8Array): Promise<Buffer> {
	const program = Buffer.concat([Buffer.from("#!/usr/bin/polywan-run\n"), bundle]);
	const files: ArchiveFile[] = [
		{ path: "LICENSE", data: readFileSync(join(root, "LICENSE")), mode: 0o644 },
		{ path: "root/usr/sbin/polywan", data: program, mode: 0o755 },
		...readOverlay(join(root, "rootfs-overlay"), "polywan").map((file) => ({
			...file,
			path: `root/${file.path}`,
		})),
	];
	const folder = `polywan-${readVariable(readFileSync(makefilePath, "utf8"), "PKG_VERSION")}`;
	return buildTarGz(
		files.map((file) => ({ ...file, path: `${folder}/${file.path}` })),
		entryEpoch,
	);
}
