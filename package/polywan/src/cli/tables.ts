import { type Problem, renderProblem } from "polywan-core/config/problem";
import type {
	FamilyStatus,
	PolicyStatus,
	PolywanEvent,
	RuleStatus,
	ShareStatus,
	Status,
	UplinkStatus,
} from "polywan-core/status";
import { renderBytes, renderDuration, renderMilliseconds } from "./duration.ts";
import { type Cell, type Colour, paint, renderTable } from "./table.ts";
import { renderTime } from "./time.ts";

const STATE_COLOURS: Readonly<Record<string, Colour>> = {
	up: "green",
	starting: "green",
	degraded: "yellow",
	recovering: "yellow",
	down: "red",
	disabled: "grey",
};

/** Everything `polywan status` shows. `nowMs` is the wall clock. */
export function renderStatus(status: Status, nowMs: number): string {
	const head = status.enabled
		? `polywan ${status.version}, ${status.firewall}, running for ${renderUptime(status.uptime_s)}`
		: `polywan ${status.version} is switched off in the configuration (option enabled '0')`;
	const parts = [paint({ text: head, colour: "bold" }), "\n"];
	parts.push("\n", renderUplinks(status.uplinks, nowMs));
	// Without uplinks polywan decides nothing, and policies would seem to refuse everything.
	if (status.uplinks.length > 0 && status.policies.length > 0)
		parts.push("\n", renderPolicies(status.policies));
	if (status.rules.length > 0) parts.push("\n", renderRules(status.rules));
	parts.push(renderTroubles(status));
	return parts.join("");
}

/** The daemon tells whole seconds. */
function renderUptime(uptimeS: number): string {
	return uptimeS < 1 ? "less than a second" : renderDuration(uptimeS * 1000);
}

function renderTroubles(status: Status): string {
	const problems = status.problems.length === 0 ? "" : renderProblems(status.problems);
	const failure = status.apply.error;
	const error = failure === null ? "" : `${paint({ text: "error", colour: "red" })}: ${failure}\n`;
	return problems || error ? `\n${problems}${error}` : "";
}

export function renderProblems(problems: readonly Problem[]): string {
	const lines = problems.map((problem) => {
		const colour = problem.severity === "error" ? "red" : "yellow";
		return `${paint({ text: problem.severity, colour })}: ${renderProblem(problem)}\n`;
	});
	return lines.join("");
}

export function renderUplinks(uplinks: readonly UplinkStatus[], nowMs: number): string {
	if (uplinks.length === 0)
		return "No uplink is configured, so nothing is balanced: /etc/config/polywan has an example, `polywan help options uplink` the rest.\n";
	const header = [
		"UPLINK",
		"FAMILY",
		"STATE",
		"FOR",
		"RTT",
		"LOSS",
		"DEVICE",
		"ADDRESS",
		"RECEIVED",
		"SENT",
		"REASON",
	];
	return renderTable(
		header,
		uplinks.flatMap((uplink) => uplinkRows(uplink, nowMs)),
	);
}

function uplinkRows(uplink: UplinkStatus, nowMs: number): Cell[][] {
	const families = [
		{ label: "IPv4", status: uplink.ipv4 },
		{ label: "IPv6", status: uplink.ipv6 },
	].filter((entry): entry is { label: string; status: FamilyStatus } => entry.status !== null);
	const traffic = [renderBytes(uplink.rx_bytes), renderBytes(uplink.tx_bytes)];
	const wish = uplink.wanted === "auto" ? "" : `kept ${uplink.wanted} by hand; `;
	if (families.length === 0)
		return [[uplink.name, "", stateCell(uplink.state), "", "", "", "", "", ...traffic, `${wish}no link`]];
	return families.map(({ label, status }, index) => [
		index === 0 ? uplink.name : "",
		label,
		stateCell(status.state),
		renderDuration(nowMs - status.since_ms),
		status.rtt_ms === null ? "" : renderMilliseconds(status.rtt_ms),
		`${Math.round(status.loss_percent)} %`,
		status.device,
		status.addresses[0] ?? "",
		...(index === 0 ? traffic : ["", ""]),
		wish + status.reason,
	]);
}

function stateCell(state: string): Cell {
	const colour = STATE_COLOURS[state];
	return colour === undefined ? state : { text: state, colour };
}

export function renderPolicies(policies: readonly PolicyStatus[]): string {
	if (policies.length === 0) return "No policy is configured.\n";
	const hasReasons = policies.some(({ reason }) => reason != null);
	const header = ["POLICY", "MODE", "IPV4", "IPV6", ...(hasReasons ? ["REASON"] : [])];
	return renderTable(
		header,
		policies.flatMap((policy) => policyRows(policy, hasReasons)),
	);
}

/** An adaptive policy has a row for each kind of traffic. */
function policyRows(policy: PolicyStatus, hasReasons: boolean): Cell[][] {
	const shares = (list: readonly ShareStatus[]): Cell =>
		list.length > 0 ? list.map(renderShare).join(", ") : { text: policy.last_resort, colour: "red" };
	const row = (name: string, mode: string, of: Pick<PolicyStatus, "ipv4" | "ipv6" | "reason">): Cell[] => [
		name,
		mode,
		shares(of.ipv4),
		shares(of.ipv6),
		...(hasReasons ? [of.reason ?? ""] : []),
	];
	const variants = policy.variants ?? [];
	return [
		row(policy.name, policy.mode, policy),
		...variants.map((variant) => row("", variant.mode, variant)),
	];
}

function renderShare(share: ShareStatus): string {
	return `${share.uplink} ${Number(share.percent.toFixed(1))} %`;
}

export function renderRules(rules: readonly RuleStatus[]): string {
	if (rules.length === 0) return "No rule is configured.\n";
	const counted = rules.some(({ connections }) => connections !== undefined);
	return renderTable(
		["RULE", "MATCH", "TARGET", ...(counted ? ["CONNECTIONS"] : [])],
		rules.map((rule) => [
			rule.active ? rule.name : { text: `${rule.name} (waits)`, colour: "grey" },
			rule.match,
			rule.target,
			...(counted ? [String(rule.connections ?? "")] : []),
		]),
	);
}

export function renderEvents(events: readonly PolywanEvent[]): string {
	if (events.length === 0) return "Nothing has happened yet.\n";
	return events.map(renderEvent).join("");
}

/** One line: when, what, why. */
export function renderEvent(event: PolywanEvent): string {
	const family = event.family === null ? "" : ` ${event.family === "ipv4" ? "IPv4" : "IPv6"}`;
	const what = event.uplink === null ? event.kind : `${event.uplink}${family}`;
	const change =
		event.to === null ? "" : ` ${event.from === null ? "" : `${event.from} → `}${paint(stateCell(event.to))}`;
	return `${paint({ text: renderTime(event.at_ms), colour: "grey" })}  ${what}${change}  ${event.reason}\n`;
}
