import { type Series, usableAt } from "./series.ts";

/** Steps in a row in which an uplink could not be used all the time. */
export interface Outage {
	readonly fromS: number;
	readonly toS: number;
	/** How much of it there was no use, as far as the steps tell. */
	readonly downS: number;
}

export function findOutages(series: Series): Outage[] {
	const outages: Outage[] = [];
	let open: { fromS: number; toS: number; downS: number } | null = null;
	series.atS.forEach((atS, index) => {
		const usable = usableAt(series, index);
		if (usable === null || usable >= 100) {
			open = null;
			return;
		}
		if (open === null) {
			open = { fromS: atS, toS: atS, downS: 0 };
			outages.push(open);
		}
		open.toS = atS + series.stepS;
		open.downS += series.stepS * (1 - usable / 100);
	});
	return outages;
}
