import { parseValue } from "polywan-core/config/datatype";
import type { HostUsagePage, UsageStatus } from "polywan-core/status";
import { UbusError, ubusStatus } from "ubus-js/bus";
import { callDaemon } from "./daemon-client.ts";
import { renderBytes } from "./duration.ts";
import { complain, print, printJson } from "./print.ts";
import { type Cell, renderTable } from "./table.ts";
import { renderTime } from "./time.ts";
import { EXIT, type Given, UsageError, type Verb } from "./verb.ts";

export const usageVerb: Verb = {
	name: "usage",
	usage: "[uplink] [--hosts] [--json] | set <uplink> <received> <sent>",
	help: "bytes through each uplink in this period, and its quota",
	details:
		"Counted by the kernel, kept over restarts and reboots; after a power failure the time that was not counted is shown.\n`polywan usage set wan 12.5G 800M` puts right what was counted in this period, as when the provider counts otherwise.\n--hosts: what each host at home received and sent in this period, where option host_usage of globals is on.",
	options: ["json", "hosts"],
	mostArguments: 4,
	run: (given) => {
		if (given.words[0] === "set") return setUsage(given);
		return given.options.has("hosts") ? showHosts(given) : showUsage(given);
	},
};

async function showHosts({ words: [name, ...more], options }: Given): Promise<number> {
	if (more.length > 0) throw new UsageError("one uplink at most");
	const page = await readHosts(name);
	if (page === null) return complainOf(name ?? "");
	if (options.has("json")) printJson(page);
	else if (page.counting || page.total > 0) print(renderHosts(page));
	else complain("hosts are not counted: option host_usage of globals is off, or `polywan check` says why");
	return page.counting ? EXIT.ok : EXIT.problem;
}

/** Null: there is no such uplink. */
async function readHosts(uplink: string | undefined): Promise<HostUsagePage | null> {
	try {
		const answer = await callDaemon("usage_hosts", uplink === undefined ? {} : { uplink });
		return answer as unknown as HostUsagePage;
	} catch (error) {
		if (!(error instanceof UbusError) || error.code !== ubusStatus.invalidArgument) throw error;
		return null;
	}
}

function renderHosts({ hosts, total }: HostUsagePage): string {
	if (total === 0) return "Nothing was counted yet.\n";
	const rows = hosts.map((host): Cell[] => [
		host.uplink,
		host.address,
		host.name ?? "",
		renderBytes(host.rx_bytes),
		renderBytes(host.tx_bytes),
	]);
	const rest = total > hosts.length ? `${total - hosts.length} more had less.\n` : "";
	return renderTable(["UPLINK", "ADDRESS", "NAME", "RECEIVED", "SENT"], rows) + rest;
}

async function showUsage({ words: [name, ...more], options }: Given): Promise<number> {
	if (more.length > 0) throw new UsageError("one uplink at most");
	const { usage } = (await callDaemon("usage")) as unknown as { usage: readonly UsageStatus[] };
	const shown = usage.filter(({ uplink }) => name === undefined || uplink === name);
	if (shown.length === 0 && name !== undefined) return complainOf(name);
	if (options.has("json")) printJson({ usage: shown });
	else print(renderUsage(shown));
	return EXIT.ok;
}

async function setUsage({ words: [, uplink, ...texts] }: Given): Promise<number> {
	const [rx, tx] = texts.map((text) => parseValue({ kind: "bytes" }, text));
	if (uplink === undefined || typeof rx !== "number" || typeof tx !== "number")
		throw new UsageError("an uplink, bytes received and bytes sent, such as: usage set wan 12.5G 800M");
	try {
		await callDaemon("usage_set", { uplink, rx_bytes: BigInt(rx), tx_bytes: BigInt(tx) });
		return EXIT.ok;
	} catch (error) {
		if (!(error instanceof UbusError) || error.code !== ubusStatus.invalidArgument) throw error;
		return complainOf(uplink);
	}
}

function complainOf(uplink: string): number {
	complain(`there is no uplink '${uplink}'; \`polywan uplinks\` lists them`);
	return EXIT.problem;
}

function renderUsage(usage: readonly UsageStatus[]): string {
	const rows = usage.map((entry): Cell[] => [
		entry.uplink,
		entry.period_start_ms === 0 ? "" : renderTime(entry.period_start_ms),
		entry.period_end_ms === 0 ? "" : renderTime(entry.period_end_ms),
		renderBytes(entry.rx_bytes),
		renderBytes(entry.tx_bytes),
		entry.quota_bytes === 0 ? "" : renderBytes(entry.quota_bytes),
		quotaCell(entry),
		entry.gaps
			.map(({ from_ms, to_ms }) => `${renderTime(from_ms)} to ${to_ms === 0 ? "now" : renderTime(to_ms)}`)
			.join(", "),
	]);
	const header = ["UPLINK", "SINCE", "UNTIL", "RECEIVED", "SENT", "QUOTA", "USED", "NOT COUNTED"];
	return rows.length === 0 ? "No uplink is configured.\n" : renderTable(header, rows);
}

function quotaCell({
	quota_bytes: quota,
	quota_used_percent: percent,
	quota_limited: limited,
}: UsageStatus): Cell {
	if (quota === 0) return "";
	const text = `${Number(percent.toFixed(1))} %${limited ? ", limited" : ""}`;
	return percent >= 90 ? { text, colour: percent >= 100 ? "red" : "yellow" } : text;
}
