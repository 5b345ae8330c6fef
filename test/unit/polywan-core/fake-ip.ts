import type { Family } from "polywan-core/family";
import type { PlanIpRule, PlanNexthop, PlanRoute, PlanTable } from "polywan-core/plan/plan";

/** Rules and routes as `ip -batch` changes them: line by line, each takes effect at once, the first wrong one stops it. */
export class FakeIp {
	readonly #rules = new Map<string, PlanIpRule>();
	readonly #routes = new Map<string, { family: Family; table: number; route: PlanRoute }>();

	/** Runs a batch; `failAt` is the number of lines after which it is cut off. */
	batch(text: string, family: Family, failAt = Number.POSITIVE_INFINITY): void {
		for (const [index, line] of text
			.split("\n")
			.filter((line) => line !== "")
			.entries()) {
			if (index >= failAt) throw new Error("cut off");
			this.#line(line, family);
		}
	}

	get ipRules(): readonly PlanIpRule[] {
		return [...this.#rules.values()];
	}

	get tables(): readonly PlanTable[] {
		const tables = new Map<string, { family: Family; table: number; routes: PlanRoute[] }>();
		for (const { family, table, route } of this.#routes.values()) {
			const entry = tables.get(`${family} ${table}`) ?? { family, table, routes: [] };
			entry.routes.push(route);
			tables.set(`${family} ${table}`, entry);
		}
		return [...tables.values()];
	}

	/** Everything, in an order that does not tell how it came about. */
	get dump(): readonly string[] {
		const routes = [...this.#routes].map(([key, { route }]) => `${key} ${JSON.stringify(route)}`);
		return [...this.#rules.keys(), ...routes].sort();
	}

	#line(line: string, family: Family): void {
		const [object, verb, ...words] = line.split(" ");
		const what = `${object} ${verb}`;
		if (what === "rule add") this.#addRule(words, family);
		else if (what === "rule del") this.#deleteRule(words, family);
		else if (what === "route replace") this.#replaceRoute(words, family);
		else if (what === "route del") this.#deleteRoute(words, family);
		else throw new Error(`ip: unknown line: ${line}`);
	}

	#addRule(words: readonly string[], family: Family): void {
		const key = `${family} ${words.join(" ")}`;
		if (this.#rules.has(key)) throw new Error(`RTNETLINK answers: File exists: ${key}`);
		this.#rules.set(key, parseRule(words, family));
	}

	#deleteRule(words: readonly string[], family: Family): void {
		const key = `${family} ${words.join(" ")}`;
		if (!this.#rules.delete(key)) throw new Error(`RTNETLINK answers: No such file or directory: ${key}`);
	}

	#replaceRoute(words: readonly string[], family: Family): void {
		const { table, route } = parseRoute(words);
		this.#routes.set(`${family} ${table} ${route.destination} ${route.metric}`, { family, table, route });
	}

	#deleteRoute(words: readonly string[], family: Family): void {
		const { table, route } = parseRoute(words);
		const key = `${family} ${table} ${route.destination} ${route.metric}`;
		if (!this.#routes.delete(key)) throw new Error(`RTNETLINK answers: No such process: ${key}`);
	}
}

function parseRule(words: readonly string[], family: Family): PlanIpRule {
	const left = [...words];
	const value = (): string => left.shift() ?? "";
	let rule: PlanIpRule = {
		family,
		priority: -1,
		fwmark: null,
		from: null,
		to: null,
		incomingInterface: null,
		outgoingInterface: null,
		action: { kind: "unreachable" },
	};
	let hasAction = false;
	while (left.length > 0) {
		const word = value();
		if (word === "priority") rule = { ...rule, priority: Number(value()) };
		else if (word === "from") rule = { ...rule, from: value() };
		else if (word === "to") rule = { ...rule, to: value() };
		else if (word === "iif") rule = { ...rule, incomingInterface: value() };
		else if (word === "oif") rule = { ...rule, outgoingInterface: value() };
		else if (word === "fwmark") {
			const [mark, mask] = value().split("/").map(Number);
			rule = { ...rule, fwmark: { value: mark ?? 0, mask: mask ?? 0 } };
		} else if (word === "unreachable" || word === "blackhole" || word === "nop") {
			rule = { ...rule, action: { kind: word } };
			hasAction = true;
		} else if (word === "goto") {
			rule = { ...rule, action: { kind: word, priority: Number(value()) } };
			hasAction = true;
		} else if (word === "lookup") {
			rule = { ...rule, action: { kind: "lookup", table: Number(value()), suppressPrefixLength: null } };
			hasAction = true;
		} else if (word === "suppress_prefixlength" && rule.action.kind === "lookup") {
			rule = { ...rule, action: { ...rule.action, suppressPrefixLength: Number(value()) } };
		} else throw new Error(`ip rule: unknown word ${word} in ${words.join(" ")}`);
	}
	if (!hasAction || !(rule.priority >= 0)) throw new Error(`ip rule: incomplete: ${words.join(" ")}`);
	return rule;
}

function parseRoute(words: readonly string[]): { table: number; route: PlanRoute } {
	const left = [...words];
	const value = (): string => left.shift() ?? "";
	const unreachable = left[0] === "unreachable";
	if (unreachable) value();
	const destination = value();
	let table = 254;
	let metric = 0;
	let source: string | null = null;
	const nexthops: PlanNexthop[] = [];
	let nexthop: PlanNexthop | null = null;
	const open = (): PlanNexthop => nexthop ?? { device: "", gateway: null, onlink: false, weight: 1 };
	while (left.length > 0) {
		const word = value();
		if (word === "table") table = Number(value());
		else if (word === "metric") metric = Number(value());
		else if (word === "proto") value();
		else if (word === "src") source = value();
		else if (word === "via") nexthop = { ...open(), gateway: value() };
		else if (word === "dev") nexthop = { ...open(), device: value() };
		else if (word === "onlink") nexthop = { ...open(), onlink: true };
		else if (word === "weight") nexthop = { ...open(), weight: Number(value()) };
		else if (word === "nexthop") {
			if (nexthop !== null) nexthops.push(nexthop);
			nexthop = null;
		} else throw new Error(`ip route: unknown word ${word} in ${words.join(" ")}`);
	}
	if (nexthop !== null) nexthops.push(nexthop);
	if (nexthops.some(({ device, weight }) => device === "" || !(weight >= 1 && weight <= 256))) {
		throw new Error(`ip route: bad nexthop in ${words.join(" ")}`);
	}
	if (unreachable) return { table, route: { kind: "unreachable", destination, metric } };
	return { table, route: { kind: "unicast", destination, nexthops, metric, source } };
}
