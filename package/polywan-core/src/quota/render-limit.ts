import type { PlanLimit } from "../plan/plan.ts";

/** "limited to 1 Mbit/s: its quota is used up" */
export function renderLimit({ downloadBytesPerSecond, uploadBytesPerSecond }: PlanLimit): string {
	const [down, up] = [renderRate(downloadBytesPerSecond * 8), renderRate(uploadBytesPerSecond * 8)];
	const rates = down === up ? down : `${down} down and ${up} up`;
	return `limited to ${rates}: its quota is used up`;
}

function renderRate(bitsPerSecond: number): string {
	const [divisor, unit] = bitsPerSecond < 1e6 ? [1e3, "kbit/s"] : [1e6, "Mbit/s"];
	return `${Number((bitsPerSecond / divisor).toFixed(1))} ${unit}`;
}
