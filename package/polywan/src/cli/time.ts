import { localTimeAt, parseTimeZone, type TimeZone } from "polywan-core/schedule/time-zone";
import { env } from "polywan-runtime/program";
import { readSystemTimeZone } from "../system-time-zone.ts";

/** "2026-03-01 14:02:11", in the router's time zone. */
export function renderTime(atMs: number): string {
	zone ??= parseTimeZone(env("TZ") ?? "") ?? readSystemTimeZone();
	const { year, month, day, hour, minute, second } = localTimeAt(zone, atMs);
	const two = (value: number) => String(value).padStart(2, "0");
	return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

/** What libc knows of it is nothing: a static program has OpenWrt's /etc/TZ from nobody. */
let zone: TimeZone | undefined;
