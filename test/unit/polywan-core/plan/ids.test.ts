import { allocateIds, highestMark, lowestBit, uplinkRoom } from "polywan-core/plan/ids";
import { describe, expect, test } from "vitest";

describe("allocateIds", () => {
	test("names get the lowest free ids in order", () => {
		expect(allocateIds(["wan", "wanb"], {}, 251).ids).toEqual({ wan: 1, wanb: 2 });
	});

	test("ids stay when others come and go, and return with their names", () => {
		const first = allocateIds(["wan", "wanb", "lte"], {}, 251).ids;
		const without = allocateIds(["lte", "new"], first, 251).ids;
		expect(without).toMatchObject({ lte: 3, new: 4 });
		expect(allocateIds(["wanb", "lte"], without, 251).ids).toMatchObject({ wanb: 2, lte: 3 });
	});

	test("ids of names that are gone are taken when there is no other", () => {
		const { ids, problems } = allocateIds(["c", "d"], { a: 1, b: 2, c: 3 }, 3);
		expect(ids).toEqual({ c: 3, d: 1, b: 2 });
		expect(problems).toEqual([]);
	});

	test("a name without room is a problem with that name", () => {
		const { ids, problems } = allocateIds(["a", "b", "c"], {}, 2);
		expect(ids).toEqual({ a: 1, b: 2 });
		expect(problems.map((problem) => problem.section)).toEqual(["c"]);
	});

	test("nonsense in the saved file is not believed", () => {
		expect(allocateIds(["a", "b"], { a: 0, b: 9999, c: 1, d: 1 }, 251).ids).toEqual({ a: 2, b: 3, c: 1 });
	});

	test("names that every object has are names too", () => {
		expect(allocateIds(["constructor", "toString"], {}, 251).ids).toEqual({ constructor: 1, toString: 2 });
	});
});

test("a mask's bits, its unit, and the room it gives", () => {
	expect([highestMark(0xff000000), lowestBit(0xff000000), uplinkRoom(0xff000000)]).toEqual([
		255, 0x1000000, 251,
	]);
	expect([highestMark(0x3f00), lowestBit(0x3f00), uplinkRoom(0x3f00)]).toEqual([63, 0x100, 59]);
	expect([highestMark(0xffff), lowestBit(0xffff), uplinkRoom(0xffff)]).toEqual([65535, 1, 251]);
	expect(uplinkRoom(0xf0000000)).toBe(11);
});
