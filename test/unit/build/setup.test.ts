import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { absentFrom, systemPackages } from "../../../build/setup.ts";

test("every package is listed once, with its reason", () => {
	const names = systemPackages.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	for (const { why } of systemPackages) expect(why).not.toBe("");
});

test("missing is what dpkg does not call installed", () => {
	const listing = "nftables installed\niptables config-files\n";
	const wanted = ["nftables", "iptables", "ipset"].map((name) => ({ name, why: "test" }));
	expect(absentFrom(listing, wanted).map(({ name }) => name)).toEqual(["iptables", "ipset"]);
});

test("reads what dpkg-query really prints", () => {
	const listing = execFileSync("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", "dpkg"], {
		encoding: "utf8",
	});
	expect(absentFrom(listing, [{ name: "dpkg", why: "test" }])).toEqual([]);
});
