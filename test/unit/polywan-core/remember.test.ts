import { Attached, isEqual, Remembered } from "polywan-core/remember";
import { expect, test } from "vitest";

test("what is attached to an object is no part of it, and none of its copies'", () => {
	const lengths = new Attached<object, number>();
	const others = new Attached<object, number>();
	const owner = { name: "wan" };
	expect(lengths.get(owner)).toBeUndefined();
	lengths.set(owner, 1);
	lengths.set(owner, 2);
	expect(lengths.get(owner)).toBe(2);
	expect(others.get(owner)).toBeUndefined();
	expect(lengths.get({ ...owner })).toBeUndefined();
	expect(JSON.stringify(owner)).toBe('{"name":"wan"}');
	expect(isEqual(owner, { name: "wan" })).toBe(true);
});

test("a result is built again only from other inputs", () => {
	const remembered = new Remembered<readonly string[]>();
	const first = remembered.get(["a", 1], () => ["first"]);
	expect(remembered.get(["a", 1], () => ["second"])).toBe(first);
	expect(remembered.get(["a", 2], () => ["third"])).toEqual(["third"]);
	expect(remembered.get(["a", 2, 3], () => [])).toEqual([]);
});
