import { choice, integer, option } from "./option-schema.ts";

/** Options of an uplink whose contract includes so many bytes. */
export const QUOTA_OPTIONS = [
	option(
		"quota",
		{ kind: "bytes" },
		"0",
		"Bytes the contract includes in a period; 0 for no limit. One is warned at 75, 90 and 100 percent.",
	),
	option("quota_period", choice("day", "week", "month"), "month", "How often the quota begins anew."),
	option(
		"quota_reset_day",
		integer(1, 31),
		"1",
		"On which day: of the month (the last one where it is shorter), or of the week, 1 is Monday.",
	),
	option("quota_reset_hour", integer(0, 23), "0", "At which hour of that day."),
	option("quota_direction", choice("total", "download", "upload"), "total", "What counts."),
	option(
		"quota_action",
		choice("warn", "demote", "limit", "disable"),
		"warn",
		"What happens when it is used up, besides the warning: demote uses the uplink only where nothing else works, limit lets no more than quota_rate through, disable does not use it at all.",
	),
	option(
		"quota_rate",
		{ kind: "bitrate" },
		"1M",
		"With quota_action limit: what the uplink still carries, in each direction. What comes faster is dropped, so that connections slow down; pings, DNS and the opening of connections are let through.",
	),
	option(
		"quota_upload_rate",
		{ kind: "bitrate" },
		null,
		"With quota_action limit: what still goes to the Internet; without it as much as quota_rate.",
	),
];
