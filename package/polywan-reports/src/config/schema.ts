import type { Datatype } from "polywan-core/config/datatype";
import type { SectionSchema } from "polywan-core/config/option-schema";
import { choice, duration, integer, option } from "polywan-core/config/option-schema";
import { BOOLEAN } from "polywan-core/config/schema";
import type { PolywanEvent } from "polywan-core/status";

export type ReportsSection = "metrics" | "mqtt" | "history" | "notify" | "plugin";

export const REPORTS_CONFIG = "polywan_reports";
export const SECRETS_CONFIG = "polywan_secrets";

const EVENT_KINDS: readonly PolywanEvent["kind"][] = [
	"uplink",
	"usage",
	"apply",
	"repair",
	"probe",
	"shares",
	"address",
	"schedule",
	"config",
	"trial",
	"hook",
	"daemon",
];

function text(of: string): Datatype {
	return { kind: "text", of };
}

/** How the server of a section is believed. */
const TLS_CHECKS = [
	option(
		"ca",
		text("a file or a folder"),
		null,
		"Certificates (PEM) that the server's is checked by: of its authority, or its own; without it those of the system (package ca-bundle).",
	),
	option("insecure", BOOLEAN, "0", "Whether any certificate will do: then others can listen and lie."),
];

const METRICS: SectionSchema<ReportsSection> = {
	type: "metrics",
	help: "Who may read /cgi-bin/polywan-metrics: nobody, until a network is listed here or a token is set in polywan_secrets. With both, both are asked for.",
	options: [option("allow", { kind: "network" }, null, "Networks Prometheus may ask from.", { list: true })],
};

const MQTT: SectionSchema<ReportsSection> = {
	type: "mqtt",
	help: "Tells a broker the state of every uplink. The password stands in polywan_secrets.",
	options: [
		option("enabled", BOOLEAN, "0", "Whether a broker is told anything."),
		option(
			"host",
			text("a host name or address"),
			null,
			"The broker: a name or address, or mqtts://name:port.",
		),
		option("port", integer(1, 65535), "1883", "Its port; without it 8883 where the line is encrypted."),
		option("version", choice("3.1.1", "5"), "3.1.1", "Version of the protocol."),
		option("username", text("a user name"), null, "User name; without it none is sent."),
		option("client_id", text("a client id"), null, "Client id; without it polywan- and the host name."),
		option(
			"topic",
			text("a topic"),
			null,
			"First part of every topic; without it polywan/ and the host name.",
		),
		option("qos", integer(0, 2), "1", "Quality of service of what is published."),
		option("retain", BOOLEAN, "1", "Whether the broker keeps states for those who come later."),
		option("keepalive", duration(5_000, 3_600_000), "30s", "After this time of silence the line is tested."),
		option(
			"interval",
			duration(1_000, 3_600_000),
			"30s",
			"How often latency and traffic are told; changes of state are told at once.",
		),
		option("discovery", BOOLEAN, "1", "Whether Home Assistant is told what there is."),
		option("discovery_prefix", text("a topic"), "homeassistant", "Where Home Assistant listens for that."),
		option("commands", BOOLEAN, "0", "Whether uplinks and the default policy can be switched by messages."),
		option("tls", BOOLEAN, "0", "Whether the line is encrypted, as by mqtts://."),
		...TLS_CHECKS,
		option(
			"certificate",
			text("a file"),
			null,
			"Our own certificate (PEM), for a broker that asks for one, with those between it and its authority.",
		),
		option("key", text("a file"), null, "Its key (PEM, RSA or ECDSA, without a password)."),
	],
};

const HISTORY: SectionSchema<ReportsSection> = {
	type: "history",
	help: "Keeps latency, loss and traffic of every uplink; needs the program sqlite3 (package sqlite3-cli).",
	options: [
		option("enabled", BOOLEAN, "0", "Whether a history is kept."),
		option("folder", text("a folder"), "/tmp/polywan-history", "Where it is kept: in memory by default."),
		option(
			"copy",
			text("a folder"),
			null,
			"Where a copy is put that survives a reboot, such as /etc/polywan-history; none without it.",
		),
		option("copy_interval", duration(21_600_000, 2_592_000_000), "6h", "Between two copies; at least 6h."),
		option("keep_10s", duration(3_600_000, 31_536_000_000), "6h", "How long steps of ten seconds are kept."),
		option("keep_1m", duration(3_600_000, 31_536_000_000), "48h", "How long steps of a minute are kept."),
		option("keep_1h", duration(3_600_000, 315_360_000_000), "1440h", "How long steps of an hour are kept."),
		option("keep_1d", duration(3_600_000, 315_360_000_000), "17520h", "How long days are kept."),
		option("max_size", integer(256, 1_000_000), "4096", "Most kB it may take; then the oldest goes first."),
	],
};

const NOTIFY: SectionSchema<ReportsSection> = {
	type: "notify",
	help: "Tells somebody of events. Passwords, tokens and secret addresses stand in a secret section of the same name in polywan_secrets.",
	options: [
		option("enabled", BOOLEAN, "1", "Whether it is told."),
		option("type", choice("webhook", "mail", "script", "syslog"), null, "By what means.", {
			essential: true,
		}),
		option("event", choice(...EVENT_KINDS), null, "Kinds of events; without it all.", { list: true }),
		option("severity", choice("info", "warning", "error"), "warning", "Least severity told."),
		option("gather", duration(0, 3_600_000), "5s", "Events within this time make one message."),
		option("rate", integer(1, 3600), "12", "Most messages an hour; what comes faster is gathered."),
		option("url", text("an address"), null, "Webhook: http://… or https://…."),
		option(
			"preset",
			choice("json", "slack", "discord", "telegram", "ntfy"),
			"json",
			"Webhook: what is sent.",
		),
		option(
			"template",
			text("a JSON text with {title}, {text}, {severity}, {host}, {count}"),
			null,
			"Webhook: instead of a preset.",
		),
		option("chat", text("a chat id"), null, "Webhook: the chat of a Telegram bot."),
		option("server", text("a host name or address"), null, "Mail: the SMTP server."),
		option(
			"port",
			integer(1, 65535),
			"25",
			"Mail: its port; without it 465 where tls is tls, 587 where it is starttls.",
		),
		option(
			"username",
			text("a user name"),
			null,
			"Mail: user name, sent by AUTH: over an encrypted line, unless tls is none.",
		),
		option("from", text("a mail address"), null, "Mail: sender."),
		option("to", text("a mail address"), null, "Mail: receivers.", { list: true }),
		option(
			"tls",
			choice("auto", "starttls", "tls", "none"),
			"auto",
			"Mail: starttls encrypts after the greeting, tls from the start; auto does tls on port 465 and otherwise starttls, without which it sends no password.",
		),
		...TLS_CHECKS.map((check) => ({ ...check, help: `Webhook and mail: ${check.help}` })),
		option(
			"program",
			text("the path of a program"),
			null,
			"Script: is given the message as JSON on its standard input.",
		),
	],
};

const PLUGIN: SectionSchema<ReportsSection> = {
	type: "plugin",
	help: "An executable of /usr/lib/polywan/plugins that speaks JSON lines; see README there.",
	options: [
		option("enabled", BOOLEAN, "1", "Whether it runs."),
		option("program", text("the name of a file"), null, "Its file name; without it the section's name."),
		option(
			"timeout",
			duration(100, 60_000),
			"5s",
			"Longest it may take for an answer; then it is started again.",
		),
		option("interval", duration(1_000, 3_600_000), "30s", "How often metrics are asked for."),
		option("memory", integer(1, 1024), "32", "Most memory it may have, in MB."),
	],
};

export const REPORTS_SCHEMA: readonly SectionSchema<ReportsSection>[] = [
	METRICS,
	MQTT,
	HISTORY,
	NOTIFY,
	PLUGIN,
];

const SECRET: SectionSchema<"secret"> = {
	type: "secret",
	help: "What must not be seen: section 'metrics', 'mqtt', or the name of a notify section.",
	options: [
		option(
			"token",
			text("a token"),
			null,
			"metrics: what Prometheus must send as bearer token. ntfy: access token.",
		),
		option("password", text("a password"), null, "mqtt, mail: the password."),
		option("url", text("an address"), null, "Webhook: its address, when it holds a secret itself."),
		option(
			"hmac_key",
			text("a key"),
			null,
			"Webhook: signs each message, in the header X-Polywan-Signature.",
		),
	],
};

export const SECRETS_SCHEMA: readonly SectionSchema<"secret">[] = [SECRET];
