import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parsePackage } from "../../../build/makefile.ts";
import { readOverlay, readOwners } from "../../../build/overlay.ts";

const overlay = "rootfs-overlay";

/** An overlay with these files and this table of owners. */
function overlayWith(files: readonly string[], owners: object): string {
	const folder = mkdtempSync(join(tmpdir(), "polywan-overlay-"));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	mkdirSync(join(folder, "etc"));
	for (const path of files) writeFileSync(join(folder, path), "");
	writeFileSync(join(folder, "owners.json"), JSON.stringify(owners));
	return folder;
}

test("every file has one owner, and every owned file is there", () => {
	expect(readOwners(overlay).size).toBeGreaterThan(0);
	expect(() => readOwners(overlayWith(["etc/a"], {}))).toThrow("no owner in owners.json: etc/a");
	expect(() => readOwners(overlayWith([], { "etc/b": { package: "polywan" } }))).toThrow(
		"not in the overlay: etc/b",
	);
});

test.each(["polywan", "polywan-reports", "polywan-mwan3-compat"])(
	"conffiles of %s's Makefile are those of the table",
	(name) => {
		const { conffiles } = parsePackage(readFileSync(`package/${name}/Makefile`, "utf8"), name);
		const owned = [...readOwners(overlay)].filter(([, owner]) => owner.package === name && owner.conffile);
		expect(owned.map(([path]) => `/${path}`)).toEqual(conffiles);
	},
);

test("scripts are executable and ash can read them", () => {
	const files = new Map(readOverlay(overlay, "polywan").map((file) => [file.path, file]));
	for (const path of ["etc/init.d/polywan", "etc/uci-defaults/90-polywan", "etc/polywan.user"]) {
		expect(files.get(path)?.mode).toBe(0o755);
		execFileSync("busybox", ["ash", "-n", join(overlay, path)]);
	}
	expect(files.get("etc/config/polywan")?.mode).toBe(0o600);
	for (const { path, mode } of readOverlay(overlay, "polywan-reports")) {
		if (!/init\.d|cgi-bin/.test(path)) continue;
		expect(mode, path).toBe(0o755);
		execFileSync("busybox", ["ash", "-n", join(overlay, path)]);
	}
	execFileSync("bash", ["-n", join(overlay, "usr/share/bash-completion/completions/polywan")]);
});

/** A `polywan` that answers `__complete` with what it was asked. */
const program = 'polywan() { shift; printf "%s\\n" "$#:$*" status up; }';

test("bash asks the program what can follow the words typed so far", () => {
	const script = `${program}
. ${overlay}/usr/share/bash-completion/completions/polywan
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_polywan
printf "%s\\n" "\${COMPREPLY[@]}"`;
	const complete = (...words: string[]) =>
		execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" }).split("\n")[0];
	expect(complete("polywan", "")).toBe("1:");
	expect(complete("polywan", "down", "w")).toBe("2:down w");
});

test("in ash every verb is a command that completes", () => {
	const script = `${program}\n. ${overlay}/etc/profile.d/polywan.sh\nalias polywan-status`;
	const aliases = execFileSync("busybox", ["ash", "-c", script], { encoding: "utf8" });
	expect(aliases).toBe("polywan-status='polywan status'\n");
});
