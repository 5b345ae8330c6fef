// The TLS library's source: of the pinned tarball what package/runtime/c/tls compiles.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { runStep } from "./engine-source.ts";
import { fetchSource, pinnedSource } from "./source.ts";

/** Translation units that bring the files of the library, and its configuration. */
export const tlsFolder = join("package", "runtime", "c", "tls");

/** What the C that includes or is the library is compiled with; the folder's name tells the source. Reads no source. */
export function tlsFlags(): string[] {
	const folder = sourceFolder();
	return [
		...["-I", tlsFolder, "-isystem", join(folder, "include"), "-isystem", join(folder, "library")],
		'-DMBEDTLS_CONFIG_FILE="config.h"',
		'-DMBEDTLS_PSA_CRYPTO_CONFIG_FILE="algorithms.h"',
	];
}

/** Makes the folder that the flags name, fetched and unpacked when it is not there. */
export function unpackTls(): void {
	const folder = sourceFolder();
	if (existsSync(folder)) return;
	const tarball = fetchSource("mbedtls");
	const parent = join(folder, "..");
	mkdirSync(parent, { recursive: true });
	const work = mkdtempSync(join(parent, "work-"));
	try {
		const parts = ["--wildcards", "--no-wildcards-match-slash", "*/include", "*/library"];
		runStep("tar", ["xjf", resolve(tarball), "--strip-components=1", ...parts], work);
		if (!existsSync(folder)) renameSync(work, folder);
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

function sourceFolder(): string {
	return join(".cache", "mbedtls", pinnedSource("mbedtls").sha256.slice(0, 16));
}
