import type { ToolKind, ToolRequest } from "polywan-core/tool/request";

/** How long a run may take; a capture has its own time beside. */
const LONGEST_MS: Readonly<Record<ToolKind, number>> = {
	ping: 60_000,
	traceroute: 60_000,
	dns: 60_000,
	speedtest: 60_000,
	stun: 90_000,
	capture: 20_000,
	support: 120_000,
};
const PINGS = "20";

export function longestMs({ kind, seconds }: ToolRequest): number {
	return LONGEST_MS[kind] + (kind === "capture" ? seconds * 1000 : 0);
}

/**
 * The words after `polywan` that do what was asked for: the same code for everybody, in a process of its own, so that the daemon
 * holds nothing of it. Words of the user come behind "--", or as one word with their option.
 *
 * @param file where a kind that makes one puts it
 */
export function buildWords(request: ToolRequest, file: string): string[] {
	const { kind, uplink, host, family, recordType } = request;
	const familyWords = family === null ? [] : [`--family=${family}`];
	const place = [uplink ?? "", host ?? ""].filter((word) => word !== "");
	switch (kind) {
		case "ping":
			return [kind, ...familyWords, `--count=${PINGS}`, "--", ...place];
		case "traceroute":
			return [kind, ...familyWords, "--", ...place];
		case "dns":
			return [kind, ...familyWords, ...(recordType === null ? [] : [`--type=${recordType}`]), "--", ...place];
		case "speedtest":
			return [kind, ...familyWords, "--progress", "--", ...place];
		case "stun":
			return [kind, "--", ...place];
		case "capture": {
			const limits = [`--size=${request.bytes}`, `--seconds=${request.seconds}`];
			return [kind, ...familyWords, `--filter=${request.filter}`, ...limits, "--", ...place, file];
		}
		case "support":
			return [kind, file];
	}
}
