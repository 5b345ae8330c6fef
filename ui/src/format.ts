/** A number with its unit, kept apart so that they can be set in different weights. */
export interface Figure {
	readonly value: string;
	readonly unit: string;
}

/** "0.4", "12.3", "140": three digits at most, so that columns do not jump. */
function shortNumber(value: number): string {
	if (value >= 100 || value === 0) return String(Math.round(value));
	return value.toFixed(1);
}

export function formatMilliseconds(ms: number | null): Figure {
	return { value: ms === null ? "–" : shortNumber(ms), unit: "ms" };
}

export function formatPercent(percent: number | null): Figure {
	return { value: percent === null ? "–" : shortNumber(percent), unit: "%" };
}

const RATE_UNITS = ["kbit/s", "Mbit/s", "Gbit/s"];
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

function scale(value: number, units: readonly string[]): Figure {
	let step = 0;
	let rest = value;
	while (rest >= 1000 && step < units.length - 1) {
		rest /= 1000;
		step++;
	}
	return { value: step === 0 ? String(Math.round(rest)) : shortNumber(rest), unit: units[step] ?? "" };
}

export function formatRate(bytesPerSecond: number | null): Figure {
	return bytesPerSecond === null ? { value: "–", unit: "" } : scale((bytesPerSecond * 8) / 1000, RATE_UNITS);
}

export function formatBytes(bytes: number): Figure {
	return scale(bytes, BYTE_UNITS);
}

/** "8 s", "12 min", "3 h 05 min", "4 d 2 h" in the reader's language. */
export function formatDuration(ms: number, language: string): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const unit = (value: number, name: "second" | "minute" | "hour" | "day") =>
		new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
	if (seconds < 60) return unit(seconds, "second");
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return unit(minutes, "minute");
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return `${unit(hours, "hour")} ${unit(minutes % 60, "minute")}`;
	return `${unit(Math.floor(hours / 24), "day")} ${unit(hours % 24, "hour")}`;
}

/** Time of day, with the date when it is not today's. */
export function formatMoment(atMs: number, nowMs: number, language: string): string {
	const at = new Date(atMs);
	const sameDay = new Date(nowMs).toDateString() === at.toDateString();
	return sameDay
		? at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" })
		: at.toLocaleString(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
}
