import {
	addSection,
	type ConfigPackage,
	freeName,
	moveSection,
	sectionsOf,
	setOption,
	textOf,
} from "../edit/config.ts";
import { addMember } from "../edit/members.ts";

export type TemplateName = "failover" | "balance" | "metered" | "gaming" | "vpn" | "calls" | "guest";

/** What a template asks for; each takes what concerns it. */
export interface Choice {
	/** Uplinks, those to be used first at the front. */
	readonly order: readonly string[];
	/** By uplink; 1 where there is none. */
	readonly weights: Readonly<Record<string, string>>;
	/** The uplink it is about. */
	readonly line: string;
	/** Addresses of hosts or servers; none: what the catalogue of applications knows. */
	readonly addresses: readonly string[];
	/** The netifd interface it is about. */
	readonly network: string;
	/** Whether the other uplinks help when the line fails. */
	readonly fallback: boolean;
}

/** What people want of several uplinks, as the configuration that does it. Values in, values out. */
export interface Template {
	readonly name: TemplateName;
	readonly asks: readonly ("order" | "weights" | "line" | "hosts" | "servers" | "network" | "fallback")[];
	/** Where its result is looked at. */
	readonly page: "policies" | "rules";
	/** What `fallback` is unless somebody says otherwise. */
	readonly fallback: boolean;
	build(config: ConfigPackage, choice: Choice): ConfigPackage;
}

export const TEMPLATES: readonly Template[] = [
	{ name: "failover", asks: ["order"], page: "policies", fallback: true, build: buildFailover },
	{ name: "balance", asks: ["weights"], page: "policies", fallback: true, build: buildBalance },
	{ name: "metered", asks: ["line"], page: "policies", fallback: true, build: buildMetered },
	{
		name: "gaming",
		asks: ["line", "hosts", "fallback"],
		page: "rules",
		fallback: true,
		build: (config, choice) => {
			const match = choice.addresses.length > 0 ? { src_ip: choice.addresses } : { app: ["gaming"] };
			return pinRule(config, "gaming", match, choice);
		},
	},
	{
		name: "vpn",
		asks: ["line", "servers", "fallback"],
		page: "rules",
		fallback: false,
		build: (config, choice) => {
			const match =
				choice.addresses.length > 0
					? { dest_ip: choice.addresses }
					: { app: ["ipsec", "openvpn", "wireguard"] };
			return pinRule(config, "work_vpn", match, choice);
		},
	},
	{ name: "calls", asks: [], page: "rules", fallback: true, build: buildCalls },
	{
		name: "guest",
		asks: ["line", "network", "fallback"],
		page: "rules",
		fallback: false,
		build: (config, choice) =>
			choice.network === "" ? config : pinRule(config, "guests", { src_iface: [choice.network] }, choice),
	},
];

/** The first uplink carries everything, the next takes over when it fails. */
export function buildFailover(config: ConfigPackage, { order }: Choice): ConfigPackage {
	const made = addPolicy(config, "failover", "failover");
	return asDefault(placeInOrder(made.config, made.name, order), made.name);
}

/** All carry at once, shared by weight. */
export function buildBalance(config: ConfigPackage, { order, weights }: Choice): ConfigPackage {
	const made = addPolicy(config, "balanced", "weighted");
	const filled = order.reduce(
		(result, uplink) => addMember(result, made.name, uplink, 1, Number(weights[uplink]) || 1),
		made.config,
	);
	return asDefault(filled, made.name);
}

/** The line comes last, is not even up before it is needed, and is not probed meanwhile. */
export function buildMetered(
	config: ConfigPackage,
	{ order, line }: Pick<Choice, "order" | "line">,
): ConfigPackage {
	if (line === "") return config;
	const made = addPolicy(config, "thrifty", "failover");
	const others = order.filter((uplink) => uplink !== line);
	const shared = others.reduce(
		(result, uplink) => addMember(result, made.name, uplink, 1, weightOf(config, uplink)),
		made.config,
	);
	const filled = addMember(shared, made.name, line, others.length > 0 ? 2 : 1, 1);
	return asDefault(setOption(filled, line, "standby", "cold"), made.name);
}

/** Calls take whatever uplink answers fastest. */
function buildCalls(config: ConfigPackage): ConfigPackage {
	const made = addPolicy(config, "calls", "latency");
	return addRule(made.config, "calls", { app: ["voice"], target: made.name });
}

type Match = Readonly<Record<string, readonly string[]>>;

/** A rule that sends what matches over one line: alone, or with the others behind it. */
function pinRule(config: ConfigPackage, wish: string, match: Match, choice: Choice): ConfigPackage {
	const { line, order, fallback } = choice;
	if (line === "") return config;
	const others = order.filter((uplink) => uplink !== line);
	if (!fallback || others.length === 0) return addRule(config, wish, { ...match, target: line });
	const made = addPolicy(config, wish, "failover");
	const placed = addMember(made.config, made.name, line, 1, 1);
	const filled = others.reduce(
		(result, uplink) => addMember(result, made.name, uplink, 2, weightOf(config, uplink)),
		placed,
	);
	return addRule(filled, wish, { ...match, target: made.name });
}

function addPolicy(config: ConfigPackage, wish: string, mode: string) {
	const name = freeName(config, wish);
	return { config: addSection(config, "policy", name, { mode }), name };
}

/** Before all others, or one that takes everything would win. */
function addRule(
	config: ConfigPackage,
	wish: string,
	options: Readonly<Record<string, string | readonly string[]>>,
): ConfigPackage {
	const [first] = sectionsOf(config, "rule");
	const name = freeName(config, `${wish}_rule`);
	const added = addSection(config, "rule", name, options);
	return first === undefined ? added : moveSection(added, name, first.name, false);
}

function placeInOrder(config: ConfigPackage, policy: string, order: readonly string[]): ConfigPackage {
	return order.reduce((result, uplink, index) => addMember(result, policy, uplink, index + 1, 1), config);
}

function asDefault(config: ConfigPackage, policy: string): ConfigPackage {
	const [globals] = sectionsOf(config, "globals");
	if (globals !== undefined) return setOption(config, globals.name, "default_policy", policy);
	return addSection(config, "globals", "globals", { default_policy: policy });
}

function weightOf(config: ConfigPackage, name: string): number {
	const uplink = sectionsOf(config, "uplink").find((each) => each.name === name);
	return Number(uplink === undefined ? 1 : textOf(uplink, "weight")) || 1;
}
