import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildIpk, type IpkContent, ipkFileName, renderControl } from "../../../build/ipk-format.ts";
import { parsePackage } from "../../../build/makefile.ts";

const makefile = readFileSync("package/polywan/Makefile", "utf8");

const content: IpkContent = {
	recipe: parsePackage(makefile, "polywan"),
	architecture: "mips_24kc",
	source: "feeds/polywan/package/polywan",
	epoch: 1_700_000_000,
	files: [
		{ path: "usr/sbin/polywan", data: Buffer.from("#!/usr/bin/polywan-run\n"), mode: 0o755 },
		{ path: "etc/config/polywan", data: Buffer.from("config globals 'globals'\n"), mode: 0o600 },
	],
};

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "polywan-ipk-"));
});

afterEach(() => {
	rmSync(folder, { recursive: true });
});

/** Unpacks with the tar of the machine, as opkg would, and names what came out. */
function unpack(archive: string, into: string): string[] {
	execFileSync("mkdir", ["-p", into]);
	execFileSync("tar", ["-xpzf", archive, "-C", into]);
	return readdirSync(into).sort();
}

test("unpacks to what opkg expects", async () => {
	const ipk = join(folder, ipkFileName(content));
	writeFileSync(ipk, await buildIpk(content));
	expect(ipk).toMatch(/polywan_[\d.]+-r\d+_mips_24kc\.ipk$/);

	const outer = join(folder, "outer");
	expect(unpack(ipk, outer)).toEqual(["control.tar.gz", "data.tar.gz", "debian-binary"]);
	expect(readFileSync(join(outer, "debian-binary"), "utf8")).toBe("2.0\n");

	const control = join(folder, "control");
	expect(unpack(join(outer, "control.tar.gz"), control)).toEqual([
		"conffiles",
		"control",
		"postinst",
		"postinst-pkg",
		"prerm",
	]);
	expect(readFileSync(join(control, "conffiles"), "utf8")).toBe("/etc/config/polywan\n/etc/polywan.user\n");
	for (const script of ["postinst", "postinst-pkg", "prerm"]) {
		expect(statSync(join(control, script)).mode & 0o777).toBe(0o755);
		execFileSync("sh", ["-n", join(control, script)]);
	}

	const data = join(folder, "data");
	unpack(join(outer, "data.tar.gz"), data);
	expect(statSync(join(data, "usr/sbin/polywan")).mode & 0o777).toBe(0o755);
	expect(statSync(join(data, "etc/config/polywan")).mode & 0o777).toBe(0o600);
	expect(statSync(join(data, "etc/config/polywan")).mtimeMs).toBe(content.epoch * 1000);
});

test("belongs to root, whoever packs it, and is sorted", async () => {
	const ipk = join(folder, "x.ipk");
	writeFileSync(ipk, await buildIpk(content));
	unpack(ipk, folder);
	const listing = execFileSync("tar", ["-tvzf", join(folder, "data.tar.gz"), "--numeric-owner"], {
		encoding: "utf8",
	});
	const lines = listing.trimEnd().split("\n");
	expect(lines.every((line) => line.includes(" 0/0 "))).toBe(true);
	expect(lines.map((line) => line.split(" ").at(-1))).toEqual([
		"./",
		"./etc/",
		"./etc/config/",
		"./etc/config/polywan",
		"./usr/",
		"./usr/sbin/",
		"./usr/sbin/polywan",
	]);
});

test("the same input gives the same bytes, in whatever order the files come", async () => {
	const first = await buildIpk(content);
	const second = await buildIpk({ ...content, files: [...content.files].reverse() });
	expect(second.equals(first)).toBe(true);
	expect((await buildIpk({ ...content, epoch: content.epoch + 1 })).equals(first)).toBe(false);
});

test("control fields stand in OpenWrt's order", () => {
	const control = renderControl(content);
	const names = control.match(/^[A-Z][\w-]*(?=:)/gm);
	expect(names).toEqual([
		"Package",
		"Version",
		"Depends",
		"Source",
		"SourceName",
		"License",
		"Section",
		"SourceDateEpoch",
		"Maintainer",
		"Architecture",
		"Installed-Size",
		"Description",
	]);
	const version = content.recipe.version;
	expect(control).toContain(`Depends: polywan-runtime (= ${version}), ip-full, kmod-nf-conntrack-netlink\n`);
	expect(control).toContain("Architecture: mips_24kc\nInstalled-Size: 48\n");
});
