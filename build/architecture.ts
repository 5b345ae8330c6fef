import type { Architecture } from "./toolchain.ts";

/** OpenWrt's package architectures that polywan is built for, with the runtime that serves each. */
export const packageArchitectures = {
	x86_64: "x86_64",
	"aarch64_cortex-a53": "aarch64",
	"arm_cortex-a7_neon-vfpv4": "arm",
	mipsel_24kc: "mipsel",
	mips_24kc: "mips",
} as const satisfies Record<string, Architecture>;

/** OpenWrt's name of a package architecture. */
export type PackageArchitecture = keyof typeof packageArchitectures;

/** Reads the value of `--arch`: one architecture, or `all`. Throws with what is allowed. */
export function parseArchitectures(value: string): PackageArchitecture[] {
	const names = Object.keys(packageArchitectures) as PackageArchitecture[];
	if (value === "all") return names;
	const found = names.find((name) => name === value || packageArchitectures[name] === value);
	if (!found) throw new Error(`--arch ${value}: unknown; one of ${names.join(", ")}, all`);
	return [found];
}
