import type { History } from "polywan-core/status";

export type Values = readonly (number | null)[];

export interface ByFamily {
	readonly ipv4: Values;
	readonly ipv6: Values;
}

/** One uplink over a span of time: lists of equal length, oldest first; null where nothing is known. */
export interface Series {
	readonly stepS: number;
	/** Where each step begins, in seconds since 1970 by the router's clock. */
	readonly atS: readonly number[];
	readonly rttMs: ByFamily;
	readonly lossPercent: ByFamily;
	/** Part of the step in which new connections could go there. */
	readonly usablePercent: ByFamily;
	/** Bytes a second. */
	readonly download: Values;
	readonly upload: Values;
}

/** What `polywan.reports history` answers; -1 where nothing is known. */
export interface ReportsHistory {
	readonly step_s: number;
	readonly at_s: readonly number[];
	readonly rx_rate: readonly number[];
	readonly tx_rate: readonly number[];
	readonly rtt_us: Record<"ipv4" | "ipv6", readonly number[]>;
	readonly loss_permille: Record<"ipv4" | "ipv6", readonly number[]>;
	readonly usable_permille: Record<"ipv4" | "ipv6", readonly number[]>;
	/** Why nothing older is known. */
	readonly trouble?: string;
}

export function parseReports(answer: ReportsHistory): Series {
	const { step_s: stepS, at_s: atS } = answer;
	const places = placesOf(atS, stepS);
	const list = (values: readonly number[], unit = 1) =>
		places.map(({ index }) => (index === null ? null : known(values[index], unit)));
	const families = (of: ReportsHistory["rtt_us"], unit: number) => ({
		ipv4: list(of.ipv4, unit),
		ipv6: list(of.ipv6, unit),
	});
	return {
		stepS,
		atS: places.map((place) => place.atS),
		rttMs: families(answer.rtt_us, 1000),
		lossPercent: families(answer.loss_permille, 10),
		usablePercent: families(answer.usable_permille, 10),
		download: list(answer.rx_rate),
		upload: list(answer.tx_rate),
	};
}

/** The ten minutes that the daemon itself remembers; `nowS`: the router's clock when it answered. */
export function parseDaemonHistory(answer: History, nowS: number): ReadonlyMap<string, Series> {
	const stepS = answer.step_ms / 1000;
	const lastS = nowS - answer.age_ms / 1000;
	return new Map(
		Object.entries(answer.uplinks).map(([name, { ipv4, ipv6, rx_rate: rx, tx_rate: tx }]) => {
			const families = (pick: (of: typeof ipv4) => readonly number[], unit: number) => ({
				ipv4: pick(ipv4).map((value) => known(value, unit)),
				ipv6: pick(ipv6).map((value) => known(value, unit)),
			});
			const series = {
				stepS,
				atS: rx.map((_, index) => lastS - (rx.length - 1 - index) * stepS),
				rttMs: families((of) => of.rtt_us, 1000),
				lossPercent: families((of) => of.loss_percent, 1),
				usablePercent: families((of) => of.usable, 0.01),
				download: rx.map((value) => known(value, 1)),
				upload: tx.map((value) => known(value, 1)),
			};
			return [name, series];
		}),
	);
}

/** Part of step `index` in which the uplink could be used, by either IP version; null: not known. */
export function usableAt({ usablePercent: { ipv4, ipv6 } }: Series, index: number): number | null {
	const [four = null, six = null] = [ipv4[index], ipv6[index]];
	return four === null ? six : six === null ? four : Math.max(four, six);
}

function known(value: number | undefined, unit: number): number | null {
	return value === undefined || value < 0 ? null : value / unit;
}

/** Where nothing was recorded a step without values is put in: no line leads over a hole. */
function placesOf(
	atS: readonly number[],
	stepS: number,
): { readonly atS: number; readonly index: number | null }[] {
	return atS.flatMap((at, index) => {
		const next = atS[index + 1];
		const place = { atS: at, index };
		return next !== undefined && next - at > stepS * 1.5
			? [place, { atS: at + stepS, index: null }]
			: [place];
	});
}
