import { expect, test } from "vitest";
import { targets } from "../../fuzz/plan-walk.ts";

/** `npm run fuzz` has ten thousand. */
const STEPS = 150;

test.each(targets)(`$name: ${STEPS} random steps`, { timeout: 240_000 }, ({ run }) => {
	expect(() => run(STEPS, 1)).not.toThrow();
});
