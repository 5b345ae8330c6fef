import { expect, test } from "vitest";
import { parseArchitectures } from "../../../build/architecture.ts";

test("takes OpenWrt's names, ours, and all", () => {
	expect(parseArchitectures("aarch64_cortex-a53")).toEqual(["aarch64_cortex-a53"]);
	expect(parseArchitectures("mips")).toEqual(["mips_24kc"]);
	expect(parseArchitectures("all")).toHaveLength(5);
});

test("names what is allowed", () => {
	expect(() => parseArchitectures("riscv64")).toThrow("--arch riscv64: unknown; one of x86_64, ");
});
