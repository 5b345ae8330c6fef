import { buildAll } from "./build.ts";
import { packIpks, packPanelIpk } from "./ipk.ts";
import { step } from "./program.ts";
import { setUp } from "./setup.ts";

/**
 * Brings a machine from a bare clone to where the lab can run: Debian packages, everything built, polywan packed as the
 * router installs it. What is there already is left as it is, in well under 3 s.
 */
export async function prepare(): Promise<void> {
	setUp();
	await buildAll(["x86_64"]);
	await step("packages x86_64", () => packIpks("x86_64"));
	await step("package of the panel", () => packPanelIpk());
}
