import type { RuleFacts } from "polywan-core/plan/rule-match";
import { exists, readText } from "polywan-runtime/file";
import { UciError } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";

const FIREWALL_FILE = "/etc/config/firewall";

/** What files of the system say of the names that rules use: firewall zones, users, groups. */
export function readSystemNames(): Pick<RuleFacts, "zones" | "users" | "groups"> {
	return {
		zones: parseZones(readOptional(FIREWALL_FILE)),
		users: parseAccounts(readOptional("/etc/passwd")),
		groups: parseAccounts(readOptional("/etc/group")),
	};
}

/** netifd interfaces of each zone of a firewall configuration; none where it cannot be read. */
function parseZones(text: string): ReadonlyMap<string, readonly string[]> {
	const zones = new Map<string, readonly string[]>();
	for (const { type, options } of parseSections(text)) {
		const name = options.get("name");
		if (type !== "zone" || typeof name !== "string") continue;
		const networks = options.get("network") ?? [];
		const words = (typeof networks === "string" ? [networks] : networks).join(" ").split(/\s+/);
		zones.set(
			name,
			words.filter((word) => word !== ""),
		);
	}
	return zones;
}

/** Numbers of passwd(5) or group(5) by name. */
function parseAccounts(text: string): ReadonlyMap<string, number> {
	const accounts = new Map<string, number>();
	for (const line of text.split("\n")) {
		const [name = "", , id = ""] = line.split(":");
		if (name !== "" && /^[0-9]{1,10}$/.test(id)) accounts.set(name, Number(id));
	}
	return accounts;
}

function parseSections(text: string): ReturnType<typeof parsePackage>["sections"] {
	try {
		return parsePackage("firewall", text).sections;
	} catch (error) {
		if (error instanceof UciError) return [];
		throw error;
	}
}

function readOptional(path: string): string {
	return exists(path) ? readText(path) : "";
}
