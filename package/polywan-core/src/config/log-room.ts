import type { LogLevel } from "./model.ts";
import type { SectionReader } from "./section-reader.ts";

/** Gravest first. */
export const LOG_LEVELS: readonly LogLevel[] = ["error", "warning", "notice", "info", "debug"];

/** First words of what the daemon writes: kinds of events, and what is no event. */
const LOG_ROOMS = [
	"uplink",
	"shares",
	"config",
	"apply",
	"repair",
	"trial",
	"daemon",
	"hook",
	"probe",
	"usage",
	"schedule",
	"address",
	"configuration",
	"kernel",
	"ubus",
];

/** The level of each room that `list log_room` gives one, such as shares=warning. */
export function parseLogRooms(reader: SectionReader): Readonly<Record<string, LogLevel>> {
	const rooms: Record<string, LogLevel> = {};
	for (const text of reader.strings("log_room")) {
		const [room = "", level = ""] = text.split("=");
		if (!LOG_ROOMS.includes(room) || !LOG_LEVELS.some((known) => known === level))
			reader.report("log_room", text, `must be a room (${LOG_ROOMS.join(", ")}), '=' and a level`);
		else rooms[room] = level as LogLevel;
	}
	return rooms;
}
