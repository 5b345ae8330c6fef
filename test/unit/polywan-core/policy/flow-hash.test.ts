import { buildHashSlots, HASH_SLOTS } from "polywan-core/policy/flow-hash";
import { describe, expect, test } from "vitest";

const members = [
	{ id: 1, weight: 1 },
	{ id: 2, weight: 1 },
	{ id: 3, weight: 2 },
];

describe("places of a hash", () => {
	const all = buildHashSlots(members, HASH_SLOTS);
	const partOf = (id: number) => all.filter((owner) => owner === id).length / HASH_SLOTS;

	test("are spread by weight", () => {
		expect(partOf(1)).toBeCloseTo(0.25, 1);
		expect(partOf(2)).toBeCloseTo(0.25, 1);
		expect(partOf(3)).toBeCloseTo(0.5, 1);
	});

	test.each([1, 2, 3])("of all but %i stay when it leaves and when it comes back", (gone) => {
		const left = buildHashSlots(
			members.filter(({ id }) => id !== gone),
			HASH_SLOTS,
		);
		for (const [place, owner] of all.entries()) {
			if (owner !== gone) expect(left[place]).toBe(owner);
			else expect(left[place]).not.toBe(gone);
		}
	});

	test("go to the newcomer alone when one joins", () => {
		const more = buildHashSlots([...members, { id: 9, weight: 1 }], HASH_SLOTS);
		const moved = more.filter((owner, place) => owner !== all[place]);
		expect(new Set(moved)).toEqual(new Set([9]));
		expect(moved.length / HASH_SLOTS).toBeCloseTo(0.2, 1);
	});

	test("are the same in every release", () => {
		expect(all.slice(0, 24).join("")).toMatchInlineSnapshot(`"323323112331322232123232"`);
	});
});
