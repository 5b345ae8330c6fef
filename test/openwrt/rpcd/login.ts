import { readFileSync } from "node:fs";
import type { UciPackage, UciSection } from "uci-parser/config";
import { UciStore } from "../uci/store.ts";
import { matchesHash } from "./crypt.ts";
import { fnmatch } from "./fnmatch.ts";
import type { RpcdPaths } from "./paths.ts";

export type Permission = "read" | "write";

/** The `config login` section for a user; `password` undefined skips its check. Undefined: no such login. */
export function findLogin(paths: RpcdPaths, username: string, password?: string): UciSection | undefined {
	return readLogins(paths)?.sections.find(
		(section) =>
			section.type === "login" &&
			section.options.get("username") === username &&
			(password === undefined || acceptsPassword(paths, section.options.get("password"), password)),
	);
}

function readLogins(paths: RpcdPaths): UciPackage | undefined {
	const { configDir, overrideDir, saveDir } = paths;
	try {
		return new UciStore({ confDir: configDir, overrideDir, saveDir, encoding: "utf8" }).load("rpcd").pkg;
	} catch {
		return undefined;
	}
}

function acceptsPassword(paths: RpcdPaths, hash: unknown, password: string): boolean {
	if (typeof hash !== "string") return false;
	if (!hash.startsWith("$p$")) return hash === "" || matchesHash(password, hash);
	const shadowHash = readShadowHash(paths.shadowPath, hash.slice(3));
	// A user without a password is let in with any, on OpenWrt too.
	return shadowHash !== undefined && (shadowHash === "" || matchesHash(password, shadowHash));
}

function readShadowHash(path: string, user: string): string | undefined {
	try {
		const line = readFileSync(path, "utf8")
			.split("\n")
			.find((each) => each.startsWith(`${user}:`));
		return line?.split(":")[1];
	} catch {
		return undefined;
	}
}

/** Whether a login has a permission for an access group. Without a login only `unauthenticated` is open. */
export function hasPermission(login: UciSection | undefined, permission: Permission, group: string): boolean {
	if (!login) return group === "unauthenticated";
	const patterns = login.options.get(permission);
	if (Array.isArray(patterns)) {
		const denied = patterns.filter((each) => each.startsWith("!")).map((each) => each.slice(1).trimStart());
		if (denied.some((each) => each !== "" && fnmatch(each, group))) return false;
		if (patterns.some((each) => each !== "" && !each.startsWith("!") && fnmatch(each, group))) return true;
	}
	return permission === "read" && hasPermission(login, "write", group);
}
