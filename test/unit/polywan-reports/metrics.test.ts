import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildMetrics } from "polywan-core/metrics/build";
import { type MetricFamily, renderOpenMetrics, renderPrometheusText } from "polywan-core/metrics/family";
import { gatherMetrics } from "polywan-core/metrics/gather";
import { describe, expect, onTestFinished, test } from "vitest";
import { familyStatus, status, uplinkStatus } from "./fixture.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import { checkByPromtool, hasPromtool, lintByPromtool } from "./promtool.ts";

interface DashboardPanel {
	readonly title: string;
	readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const render = (of = status()) => renderOpenMetrics(buildMetrics(of));

/** Value of the sample with exactly these labels. */
function value(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
	return parseOpenMetrics(text)
		.flatMap(({ samples }) => samples)
		.find((sample) => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels))
		?.value;
}

/** With everything a daemon may know. */
async function gatherAll(): Promise<readonly MetricFamily[]> {
	const span = {
		rtt_min_ms: 1,
		rtt_avg_ms: 2,
		rtt_max_ms: 3,
		jitter_ms: 1,
		loss_percent: 0,
		uptime_percent: 99.5,
		probes: 9,
	};
	const ipv4 = familyStatus({
		portal: "http://login.example/",
		quality: { "10s": span, "1m": span, "1h": span, "24h": { ...span, uptime_percent: null } },
	});
	const usage = [
		{ uplink: "wan", rx_bytes: 5, tx_bytes: 6, quota_bytes: 100, quota_used_percent: 11 },
		{ uplink: "wanb", rx_bytes: 7, tx_bytes: 8, quota_bytes: 0, quota_used_percent: 0 },
	];
	const answers: Record<string, unknown> = {
		status: status({ uplinks: [uplinkStatus("wan", { ipv4 })] }),
		usage: { usage },
	};
	return gatherMetrics(async (_object, method) => {
		if (!(method in answers)) throw new Error("no such object");
		return answers[method];
	});
}

describe("metrics of a status", () => {
	test("are OpenMetrics with the status's own figures in base units", () => {
		const text = render();
		expect(value(text, "polywan_info", { version: "0.1.0", firewall: "nftables" })).toBe(1);
		expect(value(text, "polywan_uplink_receive_bytes_total", { uplink: "wan" })).toBe(5_000_000_000);
		expect(value(text, "polywan_uplink_rtt_seconds", { uplink: "wan", family: "ipv4" })).toBe(0.0123456);
		expect(value(text, "polywan_uplink_rtt_seconds", { uplink: "wan_b", family: "ipv4" })).toBeUndefined();
		expect(value(text, "polywan_uplink_loss_ratio", { uplink: "wan", family: "ipv4" })).toBe(0.025);
		expect(value(text, "polywan_uplink_state", { uplink: "wan_b", state: "down" })).toBe(1);
		expect(value(text, "polywan_uplink_state", { uplink: "wan_b", state: "up" })).toBe(0);
		expect(
			value(text, "polywan_policy_share_ratio", { policy: "balanced", family: "ipv4", uplink: "wan" }),
		).toBe(1);
		expect(value(text, "polywan_apply_timestamp_seconds")).toBe(1_760_000_000.5);
	});

	test.skipIf(!hasPromtool)("are what Prometheus reads, and not whatever it is given", () => {
		checkByPromtool(render());
		expect(() => checkByPromtool(render().replace("# EOF\n", ""))).toThrow(/openmetrics/);
	});

	test("tell usage, quota, uptime and portals where the daemon knows of them", async () => {
		const text = renderOpenMetrics(await gatherAll());
		const wan = { uplink: "wan", family: "ipv4" };
		expect(value(text, "polywan_uplink_portal", wan)).toBe(1);
		expect(value(text, "polywan_uplink_uptime_ratio", { ...wan, span: "1h" })).toBe(0.995);
		expect(value(text, "polywan_uplink_uptime_ratio", { ...wan, span: "24h" })).toBeUndefined();
		expect(value(text, "polywan_uplink_quota_used_ratio", { uplink: "wan" })).toBe(0.11);
		expect(value(text, "polywan_uplink_quota_used_ratio", { uplink: "wanb" })).toBeUndefined();
		expect(value(text, "polywan_uplink_period_transmit_bytes", { uplink: "wanb" })).toBe(8);
	});

	test("are in the older text format for who asks for it", async () => {
		const text = renderPrometheusText(await gatherAll());
		expect(text).toMatch(/^# HELP polywan_info .+\n# TYPE polywan_info gauge\npolywan_info\{/);
		expect(text).toContain(
			"# TYPE polywan_uplink_receive_bytes_total counter\npolywan_uplink_receive_bytes_total{",
		);
		expect(text).not.toMatch(/^# (UNIT|EOF)/m);
		if (hasPromtool) lintByPromtool(text);
	});

	test("stay readable whatever a name holds, and without uplinks", () => {
		const odd = 'a"b\\c\nd';
		const text = render(status({ uplinks: [uplinkStatus(odd)] }));
		expect(value(text, "polywan_uplink_tier", { uplink: odd })).toBe(1);
		expect(parseOpenMetrics(render(status({ uplinks: [], policies: [] }))).length).toBeGreaterThan(5);
	});

	test("the test's own reader refuses what is no OpenMetrics", () => {
		for (const bad of [
			"",
			"# TYPE a gauge\na 1\n",
			"a 1\n# EOF\n",
			"# TYPE a counter\na 1\n# EOF\n",
			"# TYPE a gauge\na 1\na 2\n# EOF\n",
			"# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n",
			'# TYPE a gauge\na{b="c} 1\n# EOF\n',
			"# TYPE a gauge\na NaN\n# EOF\n",
		])
			expect(() => parseOpenMetrics(bad)).toThrow();
	});
});

test("the collector hands the same samples to prometheus-node-exporter-lua", () => {
	const folder = mkdtempSync(join(tmpdir(), "polywan-metrics-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const text = render(status({ uplinks: [uplinkStatus('a"b\\c'), uplinkStatus("wan")] }));
	writeFileSync(join(folder, "metrics"), text);
	writeFileSync(join(folder, "polywan"), `#!/bin/sh\ncat ${folder}/metrics\n`);
	chmodSync(join(folder, "polywan"), 0o755);
	const collector = "rootfs-overlay/usr/lib/lua/prometheus-collectors/polywan.lua";
	// The exporter's own contract: a global metric(name, type, labels, value) that gives a function for further samples.
	const exporter = `
		function metric(name, kind, labels, value)
			print("# TYPE " .. name .. " " .. kind)
			return function(labels, value)
				local keys = {}
				for key in pairs(labels) do keys[#keys + 1] = key end
				table.sort(keys)
				for index, key in ipairs(keys) do keys[index] = key .. "=" .. labels[key] end
				print(name .. "|" .. table.concat(keys, ",") .. "|" .. value)
			end
		end
		dofile(arg[1]).scrape()`;
	writeFileSync(join(folder, "exporter.lua"), exporter);
	const got = execFileSync("lua5.1", [join(folder, "exporter.lua"), collector], {
		encoding: "utf8",
		env: { PATH: `${folder}:${process.env.PATH}` },
	})
		.split("\n")
		.filter((line) => line.includes("|"));
	const wanted = parseOpenMetrics(text).flatMap(({ samples }) =>
		samples.map(({ name, labels, value }) => {
			const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
			return `${name}|${pairs.map((pair) => pair.join("=")).join(",")}|${value}`;
		}),
	);
	expect(got).toEqual(wanted);
});

test("the dashboard asks for metrics there are, alone, and tells routers apart", async () => {
	const dashboard = readFileSync("rootfs-overlay/usr/share/polywan-reports/grafana-dashboard.json", "utf8");
	const known = parseOpenMetrics(renderOpenMetrics(await gatherAll())).flatMap(({ samples }) =>
		samples.map(({ name }) => name),
	);
	const { panels } = JSON.parse(dashboard) as { panels: DashboardPanel[] };
	const asked = panels.flatMap(({ targets }) =>
		targets.flatMap(({ expr }) => expr.match(/polywan_\w+/g) ?? []),
	);
	for (const { title, targets } of panels)
		for (const { expr, legendFormat } of targets) {
			expect(legendFormat, title).toContain("{{instance}}");
			expect(expr, title).toContain('instance=~"$instance"');
		}
	expect(asked.length).toBeGreaterThan(6);
	expect(asked.filter((metric) => !known.includes(metric))).toEqual([]);
});
