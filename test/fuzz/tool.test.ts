import { expect, test } from "vitest";
import { targets } from "./tool.ts";

test.each(targets)("$name: 20,000 generated and mutated inputs", ({ run }) => {
	expect(() => run(20_000, 1)).not.toThrow();
});
