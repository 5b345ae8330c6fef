import { expect, test } from "vitest";
import { newsSince } from "../../../package/polywan-reports/src/bus/position.ts";

const boot = 1000;
const later = 1e9;
const at = (sequence: number, startedMs: number) => ({ sequence, startedMs });

test.each([
	["where nobody listened before, what happened while the router booted is news", null, at(9, 500), boot, -1],
	["and what happened long ago is not", null, at(9, 500), later, null],
	["nothing happened", at(9, 500), at(9, 900), later, null],
	["what came since", at(9, 500), at(12, 900), later, 9],
	["a daemon that goes on with the numbers of the one before", at(9, 500), at(12, 15_000), later, 9],
	["one that began anew and has fewer", at(9, 500), at(3, 500_000), later, -1],
	["one that began anew and has as many by now", at(9, 500), at(9, 500_000), later, -1],
] as const)("%s", (_, before, now, sinceBootMs, wanted) => {
	expect(newsSince(before, now, sinceBootMs)).toBe(wanted);
});
