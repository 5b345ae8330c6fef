import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BlobTable, BlobValue } from "ubus-js/codec";

/** An instance as `service set` describes it. */
export interface InstanceConfig {
	command: string[];
	env: { [name: string]: string };
	data: BlobTable;
	/** null: not started again. */
	respawn: { thresholdS: number; delayS: number; retry: number } | null;
	/** The instance is restarted when the content of one of these changes… */
	files: string[];
	/** …or the index of one of these network devices. */
	netdevs: string[];
	stdout: boolean;
	stderr: boolean;
	/** Sent instead of a restart when something changed. */
	reloadSignal: number | null;
	termTimeoutS: number;
	pidfile: string | null;
}

/** procd's own defaults. */
const defaultRespawn = ["3600", "5", "5"];
const defaultTermTimeoutS = 5;

export function parseInstance(table: BlobTable): InstanceConfig {
	return {
		command: texts(table.command),
		env: Object.fromEntries(
			Object.entries(isTable(table.env) ? table.env : {}).map(([name, value]) => [name, String(value)]),
		),
		data: isTable(table.data) ? table.data : {},
		respawn: table.respawn === undefined ? null : parseRespawn(texts(table.respawn)),
		files: texts(table.file),
		netdevs: texts(table.netdev),
		stdout: Boolean(table.stdout),
		stderr: Boolean(table.stderr),
		reloadSignal: typeof table.reload_signal === "number" ? table.reload_signal : null,
		termTimeoutS: typeof table.term_timeout === "number" ? table.term_timeout : defaultTermTimeoutS,
		pidfile: typeof table.pidfile === "string" ? table.pidfile : null,
	};
}

function parseRespawn(words: string[]): NonNullable<InstanceConfig["respawn"]> {
	const [thresholdS = 3600, delayS = 5, retry = 5] = defaultRespawn.map((word, i) =>
		Number(words[i] ?? word),
	);
	return { thresholdS, delayS, retry };
}

/** Changes when the instance has to be restarted: what it runs, and what it said it depends on. */
export function fingerprint(config: InstanceConfig): string {
	const hash = createHash("md5");
	for (const path of config.files) hash.update(`${path}\0`).update(readOr(path, ""));
	const netdevs = config.netdevs.map((name) =>
		readOr(`/sys/class/net/${name}/ifindex`, "0").toString().trim(),
	);
	const { command, env, data, respawn } = config;
	return hash.update(JSON.stringify([command, env, data, respawn, netdevs])).digest("hex");
}

export function texts(value: BlobValue | undefined): string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

export function isTable(value: BlobValue | undefined): value is BlobTable {
	return (
		typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
	);
}

function readOr(path: string, fallback: string): string | Buffer {
	try {
		return readFileSync(path);
	} catch {
		return fallback;
	}
}
