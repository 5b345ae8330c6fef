/** "850 ms", "12 s", "3 min 5 s", "2 h 10 min", "3 d 4 h": the two largest units. */
export function renderDuration(durationMs: number): string {
	if (durationMs < 1000) return `${Math.max(0, Math.round(durationMs))} ms`;
	const seconds = Math.floor(durationMs / 1000);
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3600) return twoUnits(seconds, 60, "min", 1, "s");
	if (seconds < 86400) return twoUnits(seconds, 3600, "h", 60, "min");
	return twoUnits(seconds, 86400, "d", 3600, "h");
}

function twoUnits(
	seconds: number,
	large: number,
	largeName: string,
	small: number,
	smallName: string,
): string {
	const rest = Math.floor((seconds % large) / small);
	const first = `${Math.floor(seconds / large)} ${largeName}`;
	return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** "3.1 ms", "140 ms" */
export function renderMilliseconds(value: number): string {
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** "0 B", "1.5 MB" in powers of 1000. */
export function renderBytes(bytes: number): string {
	const units = ["B", "kB", "MB", "GB", "TB", "PB"];
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
