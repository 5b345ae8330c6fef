import { familyOf } from "../address.ts";
import type { Catalogue } from "../app/catalogue.ts";
import type { Condition } from "../config/condition.ts";
import type { Match } from "../config/model.ts";
import type { Family, PerFamily } from "../family.ts";
import { FAMILIES } from "../family.ts";
import type { InterfaceDevices } from "../link.ts";
import type { Feature } from "../render/feature.ts";
import { hashText } from "./kernel-name.ts";
import { mergeNetworks, mergePorts } from "./network-list.ts";
import type { PlanCondition, PlanMatch } from "./plan.ts";

/** What a rule's names stand for on this router. What is absent is not known: rules that need it wait. */
export interface RuleFacts {
	/** Devices of netifd interfaces. */
	readonly devices?: InterfaceDevices;
	/** netifd interfaces of firewall zones. */
	readonly zones?: ReadonlyMap<string, readonly string[]>;
	readonly users?: ReadonlyMap<string, number>;
	readonly groups?: ReadonlyMap<string, number>;
	readonly catalogue?: Catalogue;
	/** What the kernel or the back end cannot do. */
	readonly unsupported?: ReadonlySet<Feature>;
	/** Rules that are out of their time. */
	readonly asleep?: ReadonlySet<string>;
	/** Sets of others by name, with what they hold. */
	readonly sets?: ReadonlyMap<string, NamedSet>;
}

/** A set of addresses that somebody else fills. */
export interface NamedSet {
	readonly families: readonly Family[];
	/** Networks in canonical CIDR text; empty where the rules look into the set itself. */
	readonly elements: PerFamily<readonly string[]>;
}

/** Why a rule is not in force, although nothing is wrong with its text. */
export interface Waiting {
	readonly option: string | null;
	readonly value: string | null;
	/** Null: nothing to tell, as when an interface is down. */
	readonly message: string | null;
}

/** Linux: shorter than IFNAMSIZ. Anything else could mean something in a script (`*` and `+` are wildcards). */
export const DEVICE_NAME = /^[A-Za-z0-9_.@:-]{1,15}$/;

export function isWaiting(found: object): found is Waiting {
	return "message" in found;
}

/** A rule's match in the kernel's terms, or why it has to wait. */
export function resolveMatch(match: Match, facts: RuleFacts): PlanMatch | Waiting {
	const zones = match.conditions.find((condition) => condition.on === "sourceZone" && !condition.not);
	const interfaces = [...match.sourceInterfaces];
	if (zones?.on === "sourceZone") {
		const found = findZones(zones.zones, facts);
		if ("message" in found) return found;
		interfaces.push(...found.interfaces);
	}
	const sourceDevices = devicesOf(interfaces, facts);
	if ((match.sourceInterfaces.length > 0 || zones !== undefined) && sourceDevices.length === 0) return SILENT;
	const conditions: PlanCondition[] = [];
	for (const condition of match.conditions) {
		if (condition === zones) continue;
		const found = resolveCondition(condition, facts);
		if (found === null) continue;
		if ("message" in found) return found;
		conditions.push(found);
	}
	const families = match.families.filter((family) =>
		match.conditions.every((condition) => isPossible(condition, family, facts)),
	);
	return {
		families: families.length === match.families.length ? match.families : families,
		protocols: sorted(match.protocols),
		sources: mergeAll(match.sources),
		destinations: mergeAll(match.destinations),
		sourcePorts: mergePorts(match.sourcePorts),
		destinationPorts: mergePorts(match.destinationPorts),
		sourceDevices,
		conditions: conditions.length === 0 ? NONE : conditions,
	};
}

const NONE: readonly never[] = [];

function sorted(numbers: readonly number[]): readonly number[] {
	return numbers.length < 2 ? numbers : [...numbers].sort((a, b) => a - b);
}

/** Those of both families. What there is once only stays the same list: rules are many. */
function mergeAll(networks: readonly string[]): readonly string[] {
	if (networks.length === 0 || (networks.length === 1 && networks[0]?.includes("/"))) return networks;
	return FAMILIES.flatMap((family) => mergeNetworks(networks, family));
}

/** Sets and networks of the other family hold nothing a rule could match. */
function isPossible(condition: Condition, family: Family, { sets }: RuleFacts): boolean {
	if (condition.not) return true;
	if (condition.on === "sourceSet" || condition.on === "destinationSet")
		return condition.names.some((name) => sets?.get(name)?.families.includes(family));
	if (condition.on !== "source" && condition.on !== "destination") return true;
	return condition.networks.some((network) => familyOf(network) === family);
}

/** The same names are the same set, whatever rules use it. */
export function domainSetName(domains: readonly string[]): string {
	return `d${hashText([...domains].sort().join(" "))}`;
}

export function heavySetName(bytes: number): string {
	return `h${hashText(String(bytes))}`;
}

export function namedSetName(name: string): string {
	return `e${hashText(name)}`;
}

const SILENT: Waiting = { option: null, value: null, message: null };

/** Null: always met. */
function resolveCondition(condition: Condition, facts: RuleFacts): PlanCondition | Waiting | null {
	const { not } = condition;
	switch (condition.on) {
		case "source":
		case "destination":
			return {
				...condition,
				networks: mergeAll(condition.networks),
			};
		case "sourcePort":
		case "destinationPort":
			return { ...condition, ports: mergePorts(condition.ports) };
		case "sourceZone": {
			const found = findZones(condition.zones, facts);
			return "message" in found ? found : devicesCondition(found.interfaces, facts);
		}
		case "sourceInterface":
			return devicesCondition(condition.interfaces, facts);
		case "domain":
			return { on: "destinationSet", not, set: domainSetName(condition.names), foreign: null };
		case "heavy":
			return { on: "heavy", not, set: heavySetName(condition.bytes) };
		case "sourceSet":
		case "destinationSet": {
			const [name = ""] = condition.names;
			const set = facts.sets?.get(name);
			if (set === undefined) {
				const option = condition.on === "sourceSet" ? "src_set" : "dest_set";
				return waiting(option, name, "there is no set of addresses of this name");
			}
			const foreign = { name, families: set.families };
			return { on: condition.on, not, set: namedSetName(name), foreign };
		}
		case "app":
			throw new Error("applications are expanded before");
		case "user":
		case "group": {
			const ids = condition.names.map((name) => accountId(name, facts[`${condition.on}s`]));
			const missing = condition.names[ids.indexOf(null)];
			if (missing !== undefined)
				return waiting(condition.on, missing, `there is no ${condition.on} of this name on the router`);
			return { on: condition.on, not, ids: ids.filter((id) => id !== null) };
		}
		default:
			return condition;
	}
}

function devicesCondition(interfaces: readonly string[], facts: RuleFacts): PlanCondition | null {
	const devices = devicesOf(interfaces, facts);
	return devices.length === 0 ? null : { on: "sourceDevice", not: true, devices };
}

function devicesOf(interfaces: readonly string[], { devices }: RuleFacts): readonly string[] {
	if (interfaces.length === 0) return NONE;
	const found = interfaces.map((name) => devices?.get(name)).filter((device) => device !== undefined);
	return [...new Set(found)].filter((device) => DEVICE_NAME.test(device)).sort();
}

function findZones(
	names: readonly string[],
	{ zones }: RuleFacts,
): { readonly interfaces: readonly string[] } | Waiting {
	const missing = names.find((name) => !zones?.has(name));
	if (missing !== undefined) return waiting("src_zone", missing, "is not a zone in /etc/config/firewall");
	return { interfaces: names.flatMap((name) => zones?.get(name) ?? []) };
}

function accountId(name: string, known: ReadonlyMap<string, number> | undefined): number | null {
	return /^[0-9]{1,9}$/.test(name) ? Number(name) : (known?.get(name) ?? null);
}

function waiting(option: string, value: string, message: string): Waiting {
	return { option, value, message: `${message}; the rule waits for it` };
}
