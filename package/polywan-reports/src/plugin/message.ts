import type { MetricFamily } from "polywan-core/metrics/family";

export type Role = "metrics" | "alerts";

/** What a plugin says, one JSON value a line. */
export type PluginMessage =
	| { readonly type: "hello"; readonly roles: readonly Role[] }
	/** The answer to a question of that id. */
	| { readonly type: "metrics"; readonly id: number; readonly families: readonly MetricFamily[] }
	| { readonly type: "done"; readonly id: number };

const MOST_METRICS = 200;
const MOST_LABELS = 10;
const MOST_TEXT = 200;

/**
 * A line of the plugin `plugin`; null when it is none of the messages. Its metrics are called `polywan_<plugin>_<name>`; what
 * of them cannot be a metric is left out.
 */
export function parsePluginLine(line: string, plugin: string): PluginMessage | null {
	const value = parseJson(line);
	if (!isObject(value)) return null;
	const { type, id, roles, metrics } = value;
	if (type === "hello" && Array.isArray(roles))
		return { type, roles: roles.filter((role) => role === "metrics" || role === "alerts") };
	if (typeof id !== "number" || !Number.isSafeInteger(id)) return null;
	if (type === "done") return { type, id };
	if (type !== "metrics" || !Array.isArray(metrics)) return null;
	return { type, id, families: buildFamilies(metrics.slice(0, MOST_METRICS), plugin) };
}

/** One family a name; samples with the labels of an earlier one are left out. */
function buildFamilies(metrics: readonly unknown[], plugin: string): MetricFamily[] {
	const families = new Map<string, MetricFamily>();
	const seen = new Set<string>();
	for (const metric of metrics) {
		if (!isObject(metric) || typeof metric.value !== "number" || !Number.isFinite(metric.value)) continue;
		if (typeof metric.name !== "string" || !/^[a-z][a-z0-9_]{0,60}$/.test(metric.name)) continue;
		const type = metric.kind === "counter" ? "counter" : "gauge";
		if (type === "counter" && metric.value < 0) continue;
		const name = `polywan_${plugin}_${metric.name.replace(/_(total|info)$/, "")}`;
		const labels = readLabels(metric.labels);
		const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
		const family = families.get(name) ?? { name, type, help: textOf(metric.help), samples: [] };
		if (family.type !== type || seen.has(key)) continue;
		seen.add(key);
		families.set(name, { ...family, samples: [...family.samples, { labels, value: metric.value }] });
	}
	return [...families.values()];
}

function readLabels(labels: unknown): Record<string, string> {
	if (!isObject(labels)) return {};
	return Object.fromEntries(
		Object.entries(labels)
			.filter(([name, value]) => /^[a-z][a-z0-9_]{0,40}$/.test(name) && typeof value === "string")
			.slice(0, MOST_LABELS)
			.map(([name, value]) => [name, textOf(value)]),
	);
}

function textOf(value: unknown): string {
	return typeof value === "string" ? value.slice(0, MOST_TEXT).replace(/\p{Cc}+/gu, " ") : "";
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return null;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
