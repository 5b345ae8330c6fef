import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { UciSection } from "uci-parser/config";
import { hasPermission, type Permission } from "./login.ts";

/** One right: `object` and `function` are fnmatch patterns. */
export interface Grant {
	readonly scope: string;
	readonly object: string;
	readonly function: string;
}

type Json = { readonly [name: string]: unknown };

/** What the files of acl.d give a login; without a login, what they give everybody. */
export function readGrants(aclDir: string, login: UciSection | undefined): Grant[] {
	if (!existsSync(aclDir)) return [];
	const files = readdirSync(aclDir)
		.filter((name) => name.endsWith(".json") && !name.startsWith("."))
		.sort();
	return files.flatMap((name) => grantsOfFile(join(aclDir, name), login));
}

function grantsOfFile(path: string, login: UciSection | undefined): Grant[] {
	const groups = readJson(path);
	return Object.entries(groups).flatMap(([group, permissions]) =>
		(["read", "write"] as const).flatMap((permission) => {
			const scopes = isTable(permissions) ? permissions[permission] : undefined;
			if (!isTable(scopes) || !hasPermission(login, permission, group)) return [];
			return grantsOfPermission(group, permission, scopes);
		}),
	);
}

function grantsOfPermission(group: string, permission: Permission, scopes: Json): Grant[] {
	const grants = Object.entries(scopes).flatMap(([scope, objects]) =>
		grantsOfScope(scope, objects, permission),
	);
	const hasScopes = Object.keys(scopes).length > 0;
	return hasScopes ? [...grants, { scope: "access-group", object: group, function: permission }] : [];
}

/** `{object: [function…]}`, or `[object…]` where the permission itself is the function. */
function grantsOfScope(scope: string, objects: unknown, permission: Permission): Grant[] {
	if (Array.isArray(objects)) {
		return objects.filter(isText).map((object) => ({ scope, object, function: permission }));
	}
	if (!isTable(objects)) return [];
	return Object.entries(objects).flatMap(([object, functions]) =>
		Array.isArray(functions)
			? functions.filter(isText).map((name) => ({ scope, object, function: name }))
			: [],
	);
}

function readJson(path: string): Json {
	try {
		const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
		if (isTable(parsed)) return parsed;
	} catch {
		// Told below, like a file that holds something else.
	}
	console.error(`Failed to parse ${path}`);
	return {};
}

function isTable(value: unknown): value is Json {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
	return typeof value === "string";
}
