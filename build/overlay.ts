import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { ArchiveFile } from "./archive.ts";

/** What rootfs-overlay/owners.json says of each file, by its path on the router. */
export interface Owner {
	readonly package: string;
	/** The user edits it: it survives upgrades. */
	readonly conffile?: boolean;
}

/** Reads the table of owners. Throws when it and the files there are do not name the same paths. */
export function readOwners(overlay: string): Map<string, Owner> {
	const table = JSON.parse(readFileSync(join(overlay, "owners.json"), "utf8")) as Record<string, Owner>;
	const owners = new Map(Object.entries(table));
	const files = readdirSync(overlay, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(overlay, join(entry.parentPath, entry.name)))
		.filter((path) => path !== "owners.json");
	const unowned = files.filter((path) => !owners.has(path));
	if (unowned.length > 0) throw new Error(`no owner in owners.json: ${unowned.join(", ")}`);
	const absent = [...owners.keys()].filter((path) => !files.includes(path));
	if (absent.length > 0) throw new Error(`in owners.json but not in the overlay: ${absent.join(", ")}`);
	return owners;
}

/** The files of one package. Executables are 0755, configuration 0600 (it may hold secrets), everything else 0644. */
export function readOverlay(overlay: string, packageName: string): ArchiveFile[] {
	return [...readOwners(overlay)]
		.filter(([, owner]) => owner.package === packageName)
		.map(([path]) => ({
			path,
			data: readFileSync(join(overlay, path)),
			mode: modeOf(path, (statSync(join(overlay, path)).mode & 0o111) !== 0),
		}));
}

function modeOf(path: string, executable: boolean): number {
	if (executable) return 0o755;
	return path.startsWith("etc/config/") ? 0o600 : 0o644;
}
