import { parseTimeZone, type TimeZone, UTC } from "polywan-core/schedule/time-zone";
import { exists, readText } from "polywan-runtime/file";
import { UciError } from "uci-parser/config";
import { parsePackage } from "uci-parser/parse";

const SYSTEM_FILE = "/etc/config/system";

/** The router's time zone: option timezone of /etc/config/system; UTC where there is none. */
export function readSystemTimeZone(): TimeZone {
	if (!exists(SYSTEM_FILE)) return UTC;
	try {
		for (const { type, options } of parsePackage("system", readText(SYSTEM_FILE)).sections) {
			const text = options.get("timezone");
			if (type === "system" && typeof text === "string") return parseTimeZone(text) ?? UTC;
		}
	} catch (error) {
		if (!(error instanceof UciError)) throw error;
	}
	return UTC;
}
