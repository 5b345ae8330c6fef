import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ArchiveFile, buildTarGz } from "./archive.ts";
import { bundlePrograms } from "./build.ts";
import { parsePackage, readVariable, withVariable } from "./makefile.ts";
import { readOverlay } from "./overlay.ts";
import { root } from "./program.ts";

/**
 * What an OpenWrt build takes in place of npm: the bundled program as source text (bytecode needs the very runtime that the
 * build makes) and the router's files, laid out as they are installed. Sets the archive's hash in package/polywan/Makefile.
 */
export async function buildSourceArchive(epoch: number): Promise<{ path: string; sha256: string }> {
	const makefilePath = join(root, "package/polywan/Makefile");
	const makefile = readFileSync(makefilePath, "utf8");
	const { name } = parsePackage(makefile, "polywan");
	await bundlePrograms();
	const bundle = readFileSync(join(root, "dist/bundle/polywan.js"), "utf8");
	const folder = `${name}-${readVariable(makefile, "PKG_VERSION")}`;
	const files: ArchiveFile[] = [
		{ path: "LICENSE", data: readFileSync(join(root, "LICENSE")), mode: 0o644 },
		...readOverlay(join(root, "rootfs-overlay"), name).map((file) => ({
			...file,
			path: `root/${file.path}`,
		})),
		{ path: "root/usr/sbin/polywan", data: Buffer.from(`#!/usr/bin/polywan-run\n${bundle}`), mode: 0o755 },
	];
	const data = await buildTarGz(
		files.map((file) => ({ ...file, path: `${folder}/${file.path}` })),
		epoch,
	);
	const sha256 = createHash("sha256").update(data).digest("hex");
	mkdirSync(join(root, "dist/source"), { recursive: true });
	const path = join(root, "dist/source", readVariable(makefile, "PKG_SOURCE"));
	writeFileSync(path, data);
	writeFileSync(makefilePath, withVariable(makefile, "PKG_HASH", sha256));
	return { path, sha256 };
}
