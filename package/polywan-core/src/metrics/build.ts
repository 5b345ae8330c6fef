import type { FamilyStatus, Status, UplinkStatus } from "../status.ts";
import { isFamilyUsable } from "../usable.ts";
import type { MetricFamily, Sample } from "./family.ts";

const UPLINK_STATES = ["up", "degraded", "starting", "recovering", "down", "disabled"] as const;

/** Every figure of a status as metrics. Names and labels are what users build dashboards on: they stay. */
export function buildMetrics(status: Status): readonly MetricFamily[] {
	return [...programFamilies(status), ...uplinkFamilies(status.uplinks), ...shareFamilies(status)];
}

function programFamilies(status: Status): MetricFamily[] {
	const problems = (wanted: string) => status.problems.filter(({ severity }) => severity === wanted).length;
	return [
		info("polywan", "Version and firewall back end.", { version: status.version, firewall: status.firewall }),
		gauge("polywan_enabled", "1 while polywan is switched on.", [plain(status.enabled ? 1 : 0)]),
		seconds("polywan_uptime_seconds", "Since the daemon started.", [plain(status.uptime_s)]),
		gauge("polywan_config_problems", "Problems of the configuration.", [
			{ labels: { severity: "error" }, value: problems("error") },
			{ labels: { severity: "warning" }, value: problems("warning") },
		]),
		gauge("polywan_apply_ok", "1 when the last change of the kernel succeeded.", [
			plain(status.apply.ok ? 1 : 0),
		]),
		seconds("polywan_apply_timestamp_seconds", "When the kernel was changed last.", [
			plain(status.apply.at_ms / 1000),
		]),
		seconds("polywan_apply_duration_seconds", "How long that took.", [plain(status.apply.took_ms / 1000)]),
	];
}

function uplinkFamilies(uplinks: readonly UplinkStatus[]): MetricFamily[] {
	const each = (value: (uplink: UplinkStatus) => number): Sample[] =>
		uplinks.map((uplink) => ({ labels: { uplink: uplink.name }, value: value(uplink) }));
	const states = uplinks.flatMap((uplink) =>
		UPLINK_STATES.map((state) => ({
			labels: { uplink: uplink.name, state },
			value: uplink.state === state ? 1 : 0,
		})),
	);
	const wishes = uplinks.flatMap((uplink) =>
		(["auto", "up", "down"] as const).map((wanted) => ({
			labels: { uplink: uplink.name, wanted },
			value: uplink.wanted === wanted ? 1 : 0,
		})),
	);
	return [
		gauge("polywan_uplink_state", "1 for the state the uplink is in.", states),
		gauge("polywan_uplink_wanted", "1 for what the user asked for.", wishes),
		gauge(
			"polywan_uplink_tier",
			"Tier of the uplink.",
			each(({ tier }) => tier),
		),
		gauge(
			"polywan_uplink_weight",
			"Weight of the uplink.",
			each(({ weight }) => weight),
		),
		bytes(
			"polywan_uplink_receive_bytes",
			"From the Internet.",
			each(({ rx_bytes }) => rx_bytes),
		),
		bytes(
			"polywan_uplink_transmit_bytes",
			"To the Internet.",
			each(({ tx_bytes }) => tx_bytes),
		),
		...familyFamilies(uplinks),
	];
}

/** What is told of each IP version of an uplink. */
function familyFamilies(uplinks: readonly UplinkStatus[]): MetricFamily[] {
	const each = (value: (family: FamilyStatus) => number | null): Sample[] =>
		uplinks.flatMap((uplink) =>
			(["ipv4", "ipv6"] as const).flatMap((family) => {
				const status = uplink[family];
				const of = status === null ? null : value(status);
				return of === null ? [] : [{ labels: { uplink: uplink.name, family }, value: of }];
			}),
		);
	const perSecond = (milliseconds: number | null) => (milliseconds === null ? null : milliseconds / 1000);
	return [
		gauge(
			"polywan_uplink_usable",
			"1 while new connections can go there.",
			each((of) => (isFamilyUsable(of) ? 1 : 0)),
		),
		seconds(
			"polywan_uplink_state_since_seconds",
			"Since when the state is what it is.",
			each(({ since_ms }) => since_ms / 1000),
		),
		seconds(
			"polywan_uplink_rtt_seconds",
			"Round-trip time, smoothed.",
			each(({ rtt_ms }) => perSecond(rtt_ms)),
		),
		seconds(
			"polywan_uplink_jitter_seconds",
			"Jitter, smoothed.",
			each(({ jitter_ms }) => perSecond(jitter_ms)),
		),
		ratio(
			"polywan_uplink_loss_ratio",
			"Probes without an answer.",
			each(({ loss_percent }) => loss_percent / 100),
		),
		...uptimeFamily(uplinks),
		gauge(
			"polywan_uplink_portal",
			"1 while a captive portal answers in place of targets.",
			each(({ portal }) => (portal === undefined ? null : portal === null ? 0 : 1)),
		),
		gauge(
			"polywan_uplink_targets",
			"Targets probed.",
			each(({ targets }) => targets.length),
		),
		gauge(
			"polywan_uplink_targets_answering",
			"Targets that answer.",
			each(({ targets }) => targets.filter(({ answering }) => answering).length),
		),
	];
}

function uptimeFamily(uplinks: readonly UplinkStatus[]): MetricFamily[] {
	const samples = uplinks.flatMap((uplink) =>
		(["ipv4", "ipv6"] as const).flatMap((family) =>
			Object.entries(uplink[family]?.quality ?? {}).flatMap(([span, { uptime_percent }]) =>
				uptime_percent === null
					? []
					: [{ labels: { uplink: uplink.name, family, span }, value: uptime_percent / 100 }],
			),
		),
	);
	return [
		ratio("polywan_uplink_uptime_ratio", "Part of the last 10 s to 24 h in which it was in use.", samples),
	];
}

function shareFamilies({ policies }: Status): MetricFamily[] {
	const samples = policies.flatMap((policy) =>
		(["ipv4", "ipv6"] as const).flatMap((family) =>
			policy[family].map(({ uplink, percent }) => ({
				labels: { policy: policy.name, family, uplink },
				value: percent / 100,
			})),
		),
	);
	return [ratio("polywan_policy_share_ratio", "Part of new connections that goes to the uplink.", samples)];
}

function plain(value: number): Sample {
	return { labels: {}, value };
}

function info(name: string, help: string, labels: Sample["labels"]): MetricFamily {
	return { name, type: "info", help, samples: [{ labels, value: 1 }] };
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
	return { name, type: "gauge", help, samples };
}

function seconds(name: string, help: string, samples: readonly Sample[]): MetricFamily {
	return { name, type: "gauge", unit: "seconds", help, samples };
}

function ratio(name: string, help: string, samples: readonly Sample[]): MetricFamily {
	return { name, type: "gauge", unit: "ratio", help, samples };
}

function bytes(name: string, help: string, samples: readonly Sample[]): MetricFamily {
	return { name, type: "counter", unit: "bytes", help, samples };
}
