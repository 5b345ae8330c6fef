import { test } from "vitest";
import { targets } from "./conntrack.ts";

test.each(targets)("$name: 20,000 generated and mutated inputs", ({ run }) => run(20_000, 1));
