/** A number with its unit, kept apart so that they can be set in different weights. */
export interface Figure {
	readonly value: string;
	readonly unit: string;
}

const NOTHING: Figure = { value: "–", unit: "" };

/** "0.4", "12.3", "140": three digits at most, so that columns do not jump. */
function shortNumber(value: number): string {
	if (value >= 99.95 || value === 0) return String(Math.round(value));
	return value.toFixed(1);
}

export function formatMilliseconds(ms: number | null): Figure {
	return ms === null ? NOTHING : { value: shortNumber(ms), unit: "ms" };
}

export function formatPercent(percent: number | null): Figure {
	return percent === null ? NOTHING : { value: shortNumber(percent), unit: "%" };
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
	return bytesPerSecond === null ? NOTHING : scale((bytesPerSecond * 8) / 1000, RATE_UNITS);
}

export function formatBytes(bytes: number): Figure {
	return scale(bytes, BYTE_UNITS);
}

/** Symbols of second, minute, hour and day; those of SI where a language is not here. */
const TIME_UNITS: Readonly<Record<string, readonly string[]>> = { zh: ["秒", "分钟", "小时", "天"] };
const SI_TIME_UNITS = [" s", " min", " h", " d"];

/** "8 s", "12 min", "3 h 5 min", "4 d 2 h" in the reader's language. By hand: Intl takes longer than a whole card to draw. */
export function formatDuration(ms: number, language: string): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const unit = (value: number, step: number) => value + ((TIME_UNITS[language] ?? SI_TIME_UNITS)[step] ?? "");
	const both = (value: number, step: number, rest: number) =>
		unit(value, step) + (rest > 0 ? ` ${unit(rest, step - 1)}` : "");
	if (seconds < 60) return unit(seconds, 0);
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return unit(minutes, 1);
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return both(hours, 2, minutes % 60);
	return both(Math.floor(hours / 24), 3, hours % 24);
}

/** "14:05:09" today, "Nov 19, 14:05" before that. */
export function formatMoment(atMs: number, nowMs: number, language: string): string {
	const at = new Date(atMs);
	if (new Date(nowMs).toDateString() === at.toDateString()) return at.toTimeString().slice(0, 8);
	return at.toLocaleString(language, {
		month: "short",
		day: "numeric",
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
	});
}
