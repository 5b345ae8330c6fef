import type { Quota, RateLimit } from "../quota/quota.ts";
import type { SectionReader } from "./section-reader.ts";

/** Null: the uplink has none. */
export function parseQuota(reader: SectionReader): Quota | null {
	const bytes = reader.number("quota");
	if (bytes === 0) return null;
	const every = reader.string("quota_period") as Quota["period"]["every"];
	const resetDay = reader.number("quota_reset_day");
	if (every === "week" && resetDay > 7) {
		reader.report(
			"quota_reset_day",
			String(resetDay),
			"must be from 1 to 7 in a week; Monday (1) is used instead",
		);
	}
	return {
		bytes,
		direction: reader.string("quota_direction") as Quota["direction"],
		action: reader.string("quota_action") as Quota["action"],
		limit: parseLimit(reader),
		period: {
			every,
			resetDay: every === "week" && resetDay > 7 ? 1 : resetDay,
			resetHour: reader.number("quota_reset_hour"),
		},
	};
}

/** Below this not even the answers to requests come through. */
const LEAST_BITS_PER_SECOND = 16_000;

function parseLimit(reader: SectionReader): RateLimit {
	const read = (option: string, otherwise: number): number => {
		const rate = reader.numberOrNull(option) ?? otherwise;
		if (rate >= LEAST_BITS_PER_SECOND) return rate;
		reader.report(option, String(rate), "must be at least 16k, which is used instead");
		return LEAST_BITS_PER_SECOND;
	};
	const downloadBitsPerSecond = read("quota_rate", 0);
	return { downloadBitsPerSecond, uploadBitsPerSecond: read("quota_upload_rate", downloadBitsPerSecond) };
}
