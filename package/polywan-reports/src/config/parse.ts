import type { SectionSchema } from "polywan-core/config/option-schema";
import type { Problem } from "polywan-core/config/problem";
import { SectionReader } from "polywan-core/config/section-reader";
import { renderSuggestion } from "polywan-core/config/suggestion";
import type { UciPackage, UciSection } from "uci-parser/config";
import type { HistoryModel, MetricsModel, MqttModel, PluginModel, ReportsModel } from "./model.ts";
import { parseNotifier } from "./parse-notifier.ts";
import { parseTls } from "./parse-tls.ts";
import {
	REPORTS_CONFIG,
	REPORTS_SCHEMA,
	type ReportsSection,
	SECRETS_CONFIG,
	SECRETS_SCHEMA,
} from "./schema.ts";
import { maskProblem, Secrets } from "./secrets.ts";

/** secure-mqtt of IANA's registry. */
const MQTTS_PORT = 8883;

/** Both files as a model that can be used as it stands; everything wrong is in its problems. Never throws. */
export function parseReports(
	reports: UciPackage | null,
	secrets: UciPackage | null,
	hostName: string,
): ReportsModel {
	const problems: Problem[] = [];
	const sections = knownSections(reports, REPORTS_SCHEMA, REPORTS_CONFIG, problems);
	const readers = (type: ReportsSection) =>
		sections
			.filter((section) => section.type === type)
			.map((section) => new SectionReader(section, schemaOf(type), problems, REPORTS_CONFIG));
	const hidden = new Secrets(
		knownSections(secrets, SECRETS_SCHEMA, SECRETS_CONFIG, problems).map(
			(section) => new SectionReader(section, firstOf(SECRETS_SCHEMA), problems, SECRETS_CONFIG),
		),
	);
	const [metrics] = readers("metrics");
	const [mqtt] = readers("mqtt");
	const [history] = readers("history");
	const model = {
		metrics: parseMetrics(metrics, hidden),
		mqtt: mqtt ? parseMqtt(mqtt, hidden, hostName) : null,
		history: history ? parseHistory(history) : null,
		notifiers: readers("notify").flatMap((reader) => parseNotifier(reader, hidden) ?? []),
		plugins: readers("plugin").flatMap((reader) => parsePlugin(reader) ?? []),
	};
	return { ...model, problems: problems.map(maskProblem) };
}

function knownSections(
	pkg: UciPackage | null,
	schema: readonly SectionSchema<string>[],
	config: string,
	problems: Problem[],
): readonly UciSection[] {
	const types = schema.map(({ type }) => type);
	return (pkg?.sections ?? []).filter(({ type, name }) => {
		if (types.includes(type)) return true;
		const message = `section type '${type}' is not known${renderSuggestion(type, types)}; there are ${types.join(", ")}`;
		problems.push({ config, section: name, option: null, value: null, message, severity: "error" });
		return false;
	});
}

function schemaOf(type: ReportsSection): SectionSchema<ReportsSection> {
	return firstOf(REPORTS_SCHEMA.filter((section) => section.type === type));
}

function firstOf<T>(list: readonly T[]): T {
	const [first] = list;
	if (first === undefined) throw new Error("the schema lacks a section type");
	return first;
}

function parseMetrics(reader: SectionReader | undefined, secrets: Secrets): MetricsModel {
	return { networks: reader?.strings("allow") ?? [], token: secrets.read("metrics", "token") };
}

function parseMqtt(reader: SectionReader, secrets: Secrets, hostName: string): MqttModel | null {
	const broker = parseBroker(reader);
	const enabled = reader.boolean("enabled");
	const topic = topicOf(reader, "topic", `polywan/${hostName}`);
	const discoveryPrefix = topicOf(reader, "discovery_prefix", "homeassistant");
	if (enabled && broker === null && !reader.has("host"))
		reader.report("host", null, "is missing; no broker is told anything");
	if (!enabled || broker === null) return null;
	return {
		...broker,
		protocolVersion: reader.string("version") === "5" ? 5 : 4,
		username: reader.stringOrNull("username"),
		password: secrets.read("mqtt", "password"),
		clientId: reader.stringOrNull("client_id") ?? `polywan-${hostName}`,
		topic,
		qos: reader.number("qos") as 0 | 1 | 2,
		retain: reader.boolean("retain"),
		keepaliveS: Math.round(reader.number("keepalive") / 1000),
		intervalMs: reader.number("interval"),
		discoveryPrefix: reader.boolean("discovery") ? discoveryPrefix : null,
		commands: reader.boolean("commands"),
	};
}

/** A name, an address, or mqtt:// or mqtts:// and one of them, with a port or without. */
function parseBroker(reader: SectionReader): Pick<MqttModel, "host" | "port" | "tls"> | null {
	const written = reader.stringOrNull("host");
	const isEncrypted = reader.boolean("tls");
	const tls = parseTls(reader);
	if (written === null) return null;
	const [, scheme, host = written, port] =
		/^(mqtts?):\/\/(\[[^\]]*\]|[^:/]*)(?::(\d+))?\/?$/.exec(written) ?? [];
	const given = port === undefined ? (reader.has("port") ? reader.number("port") : null) : Number(port);
	if (host === "" || /[/@\s]/.test(host) || (given !== null && (given < 1 || given > 65_535))) {
		reader.report(
			"host",
			written,
			"must be a name, an address, or mqtts://name:port; no broker is told anything",
		);
		return null;
	}
	const isSecure = isEncrypted || scheme === "mqtts";
	return {
		host: host.replace(/^\[|\]$/g, ""),
		port: given ?? (isSecure ? MQTTS_PORT : reader.number("port")),
		tls: isSecure ? tls : null,
	};
}

/** A topic without wildcards and empty levels at its ends (MQTT 3.1.1, 4.7). */
function topicOf(reader: SectionReader, option: string, otherwise: string): string {
	const written = reader.stringOrNull(option) ?? otherwise;
	if (/^[^/#+\0][^#+\0]*$/.test(written) && !written.endsWith("/")) return written;
	reader.report(option, written, "must be a topic without + and # that neither begins nor ends with /");
	return otherwise;
}

function parseHistory(reader: SectionReader): HistoryModel | null {
	const model = {
		folder: folderOf(reader, "folder") ?? "/tmp/polywan-history",
		copyFolder: folderOf(reader, "copy"),
		copyIntervalMs: reader.number("copy_interval"),
		keepMs: {
			10: reader.number("keep_10s"),
			60: reader.number("keep_1m"),
			3600: reader.number("keep_1h"),
			86400: reader.number("keep_1d"),
		},
		maxBytes: reader.number("max_size") * 1024,
	};
	return reader.boolean("enabled") ? model : null;
}

/** SQL and dot commands of sqlite3 carry the path between quotes: none is allowed in it. */
function folderOf(reader: SectionReader, option: string): string | null {
	const path = reader.stringOrNull(option);
	if (path === null || /^\/[\w./-]+$/.test(path)) return path;
	reader.report(option, path, "must be an absolute path of letters, digits, '.', '_' and '-'");
	return null;
}

function parsePlugin(reader: SectionReader): PluginModel | null {
	const program = reader.stringOrNull("program") ?? reader.name;
	const model = {
		name: reader.name,
		program,
		timeoutMs: reader.number("timeout"),
		intervalMs: reader.number("interval"),
		memoryMb: reader.number("memory"),
	};
	if (!/^[\w-][\w.-]*$/.test(program)) {
		reader.report("program", program, "must be the name of a file in /usr/lib/polywan/plugins");
		return null;
	}
	return reader.boolean("enabled") ? model : null;
}
