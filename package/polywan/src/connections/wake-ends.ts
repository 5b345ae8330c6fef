import { sendWakeSegments } from "../apply/connections.ts";
import type { End } from "./ends.ts";

/** Segments after which the rest of the program has its turn. */
const BATCH = 128;

/** Makes the ends say something, once connection tracking has forgotten them. `mark`: see `sendWakeSegments`. */
export async function wakeEnds(ends: readonly End[], mark: number): Promise<void> {
	for (const device of new Set(ends.map((end) => end.device))) {
		const tuples = ends.filter((end) => end.device === device).map(({ knows }) => knows);
		for (let at = 0; at < tuples.length; at += BATCH) {
			sendWakeSegments(tuples.slice(at, at + BATCH), mark, device);
			await new Promise<void>((resolve) => setTimeout(resolve, 0));
		}
	}
}
