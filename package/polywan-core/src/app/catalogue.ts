import { parseNetwork, renderNetwork } from "../address.ts";
import { parsePorts } from "../config/datatype.ts";
import type { PortRange } from "../config/port-range.ts";
import { parseDomain } from "../config/rule-value.ts";

/** How connections of an application can be told: by any one of these. */
export interface App {
	readonly name: string;
	readonly category: string;
	readonly domains: readonly string[];
	/** Canonical CIDR. */
	readonly networks: readonly string[];
	readonly services: readonly AppService[];
}

/** Destination ports of a protocol. */
export interface AppService {
	readonly protocol: number;
	readonly ports: readonly PortRange[];
}

/** Applications by their names, and lists of names by category. */
export interface Catalogue {
	readonly apps: ReadonlyMap<string, App>;
	readonly categories: ReadonlyMap<string, readonly string[]>;
}

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17 };

/**
 * Applications of files in the form
 * `{ "<name>": { "category": "video", "domains": ["…"], "networks": ["192.0.2.0/24"], "ports": ["udp 3074", "tcp 80,443"] } }`.
 * A later file replaces applications of the same name. What cannot be read is left out and told to `onTrouble`.
 */
export function parseCatalogue(
	files: readonly { readonly path: string; readonly text: string }[],
	onTrouble: (trouble: string) => void,
): Catalogue {
	const apps = new Map<string, App>();
	for (const { path, text } of files) {
		for (const [name, entry] of Object.entries(
			parseTable(text, (reason) => onTrouble(`${path}: ${reason}`)),
		)) {
			const app = parseApp(name, entry, (reason) => onTrouble(`${path}: ${name}: ${reason}`));
			if (app !== null) apps.set(name, app);
		}
	}
	const categories = new Map<string, string[]>();
	for (const { name, category } of apps.values()) {
		const names = categories.get(category) ?? [];
		names.push(name);
		categories.set(category, names);
	}
	return { apps, categories };
}

function parseTable(text: string, onTrouble: (reason: string) => void): Readonly<Record<string, unknown>> {
	try {
		const table: unknown = JSON.parse(text);
		if (isTable(table)) return table;
		onTrouble("must be a table of applications");
	} catch (error) {
		onTrouble(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
	}
	return {};
}

function parseApp(name: string, entry: unknown, onTrouble: (reason: string) => void): App | null {
	if (!isTable(entry) || !/^[A-Za-z0-9_.-]+$/.test(name)) {
		onTrouble("must be a table under a name of letters, digits, _, . and -");
		return null;
	}
	const list = <T>(key: string, parse: (text: string) => T | null): readonly T[] => {
		const texts: unknown = entry[key] ?? [];
		if (!Array.isArray(texts)) {
			onTrouble(`${key} must be a list`);
			return [];
		}
		return texts.flatMap((text) => {
			const value = typeof text === "string" ? parse(text) : null;
			if (value === null) onTrouble(`${key}: ${String(text)} cannot be understood`);
			return value === null ? [] : [value];
		});
	};
	return {
		name,
		category: typeof entry.category === "string" ? entry.category : "other",
		domains: list("domains", parseDomain),
		networks: list("networks", (text) => {
			const network = parseNetwork(text);
			return network === null ? null : renderNetwork(network);
		}),
		services: list("ports", parseService),
	};
}

/** "udp 3074,27000-27100". */
function parseService(text: string): AppService | null {
	const [protocol = "", ports = ""] = text.split(" ");
	const number = PROTOCOLS[protocol];
	const ranges = parsePorts(ports);
	return number === undefined || ranges === null ? null : { protocol: number, ports: ranges };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
