import { expect, it } from "vitest";
import { targets } from "../fuzz/house-walk.ts";

const asRoot = process.getuid?.() === 0;

it.skipIf(!asRoot).each(targets)("$name: 12 steps", async ({ run }) => {
	await expect(run(12, 1)).resolves.toBeUndefined();
});
