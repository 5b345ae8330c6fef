/** One metric family of OpenMetrics 1.0: what all samples of a name have in common, and the samples. */
export interface MetricFamily {
	/** Without the suffix that samples of a type carry (`_total`, `_info`); ends with the unit when there is one. */
	readonly name: string;
	readonly type: "gauge" | "counter" | "info";
	readonly unit?: "seconds" | "bytes" | "ratio";
	readonly help: string;
	readonly samples: readonly Sample[];
}

export interface Sample {
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

/** Media type of what `renderOpenMetrics` gives. */
export const OPEN_METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Media type of what `renderPrometheusText` gives. */
export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const SUFFIXES = { gauge: "", counter: "_total", info: "_info" } as const;

/** The exposition text of OpenMetrics 1.0, which ends with `# EOF`; families without samples are left out. */
export function renderOpenMetrics(families: readonly MetricFamily[]): string {
	return `${families
		.filter(({ samples }) => samples.length > 0)
		.map(renderFamily)
		.join("")}# EOF\n`;
}

function renderFamily({ name, type, unit, help, samples }: MetricFamily): string {
	const head = [`# TYPE ${name} ${type}\n`, ...(unit ? [`# UNIT ${name} ${unit}\n`] : [])];
	const lines = samples.map(
		({ labels, value }) => `${name}${SUFFIXES[type]}${renderLabels(labels)} ${renderNumber(value)}\n`,
	);
	if (help !== "") head.push(`# HELP ${name} ${escapeText(help)}\n`);
	return [...head, ...lines].join("");
}

/** Prometheus' older exposition text, for programs that read nothing newer; families without samples are left out. */
export function renderPrometheusText(families: readonly MetricFamily[]): string {
	return families
		.filter(({ samples }) => samples.length > 0)
		.map(({ name, type, help, samples }) => {
			const whole = `${name}${SUFFIXES[type]}`;
			const head = `# HELP ${whole} ${escapeHelp(help)}\n# TYPE ${whole} ${type === "info" ? "gauge" : type}\n`;
			const lines = samples.map(
				({ labels, value }) => `${whole}${renderLabels(labels)} ${renderNumber(value)}\n`,
			);
			return head + lines.join("");
		})
		.join("");
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
	return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Fractions to a millisecond of wall-clock time; a whole number keeps all of its digits. */
function renderNumber(value: number): string {
	return String(Number.isInteger(value) ? value : Number(value.toPrecision(13)));
}

function escapeHelp(text: string): string {
	return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeText(text: string): string {
	return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
