import type { Problem } from "polywan-core/config/problem";

export type Severity = "info" | "warning" | "error";

/** What /etc/config/polywan_reports and /etc/config/polywan_secrets say; a part that is null is not to run. */
export interface ReportsModel {
	readonly metrics: MetricsModel;
	readonly mqtt: MqttModel | null;
	readonly history: HistoryModel | null;
	readonly notifiers: readonly NotifierModel[];
	readonly plugins: readonly PluginModel[];
	readonly problems: readonly Problem[];
}

/** The door of /cgi-bin/polywan-metrics, shut while there is neither network nor token. */
export interface MetricsModel {
	readonly networks: readonly string[];
	readonly token: string | null;
}

/** How a server's certificate is checked, and what is shown of our own. */
export interface TlsModel {
	/** File or folder of the authorities' certificates; null: those of the system. */
	readonly authorities: string | null;
	/** Any certificate will do. */
	readonly insecure: boolean;
	/** Files of our own certificate and its key; null: there is none. */
	readonly own: { readonly certificate: string; readonly key: string } | null;
}

export interface MqttModel {
	readonly host: string;
	readonly port: number;
	/** Null: the line is not encrypted. */
	readonly tls: TlsModel | null;
	readonly protocolVersion: 4 | 5;
	readonly username: string | null;
	readonly password: string | null;
	readonly clientId: string;
	readonly topic: string;
	readonly qos: 0 | 1 | 2;
	readonly retain: boolean;
	readonly keepaliveS: number;
	readonly intervalMs: number;
	/** Null: Home Assistant is told nothing. */
	readonly discoveryPrefix: string | null;
	readonly commands: boolean;
}

export interface HistoryModel {
	readonly folder: string;
	readonly copyFolder: string | null;
	readonly copyIntervalMs: number;
	/** By the seconds of a step. */
	readonly keepMs: Readonly<Record<10 | 60 | 3600 | 86400, number>>;
	readonly maxBytes: number;
}

export interface NotifierModel {
	readonly name: string;
	/** None: all. */
	readonly kinds: readonly string[];
	readonly severity: Severity;
	readonly gatherMs: number;
	readonly perHour: number;
	readonly means: Means;
}

export type Means = WebhookModel | MailModel | ScriptModel | { readonly type: "syslog" };

export type Preset = "json" | "slack" | "discord" | "telegram" | "ntfy";

export interface WebhookModel {
	readonly type: "webhook";
	readonly url: string;
	readonly preset: Preset;
	readonly template: string | null;
	readonly chat: string | null;
	readonly token: string | null;
	readonly hmacKey: string | null;
	/** Of an https address. */
	readonly tls: TlsModel;
}

/** "auto": "tls" on port 465, otherwise "starttls" where the server offers it or a password is to be sent. */
export type MailEncryption = "auto" | "starttls" | "tls" | "none";

export interface MailModel {
	readonly type: "mail";
	readonly server: string;
	readonly port: number;
	readonly encryption: MailEncryption;
	readonly tls: TlsModel;
	readonly username: string | null;
	readonly password: string | null;
	readonly from: string;
	readonly to: readonly string[];
}

export interface ScriptModel {
	readonly type: "script";
	readonly program: string;
}

export interface PluginModel {
	readonly name: string;
	readonly program: string;
	readonly timeoutMs: number;
	readonly intervalMs: number;
	readonly memoryMb: number;
}

/** Whether the program has anything to do besides answering Prometheus, which starts it by itself. */
export function isAnythingWanted({ mqtt, history, notifiers, plugins }: ReportsModel): boolean {
	return mqtt !== null || history !== null || notifiers.length > 0 || plugins.length > 0;
}
