import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Grant {
	readonly ubus?: Readonly<Record<string, readonly string[]>>;
	readonly uci?: readonly string[];
}
type Acl = Readonly<Record<string, { readonly read: Grant; readonly write: Grant }>>;

const folder = join(import.meta.dirname, "../../../rootfs-overlay/usr/share/rpcd/acl.d");
const names = ["polywan", "luci-app-polywan"];

test.each(names)(
	"whoever may read by %s gets no configuration with secrets, and nothing that changes",
	(name) => {
		const acl = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Acl;
		const read = acl[name]?.read;
		// Keys of PPPoE, WireGuard and Wi-Fi stand in the others, and those of reports in polywan_secrets.
		expect(["polywan", "polywan_reports"]).toEqual(expect.arrayContaining([...(read?.uci ?? [])]));
		const changing = [
			"reload",
			"uplink",
			"trial",
			"weights",
			"connections_kill",
			"usage_set",
			"tool_start",
			"tool_stop",
			"tool_file",
			"capture_start",
			"capture_file",
			"backup",
			"restore",
		];
		expect(read?.ubus?.polywan?.filter((method) => changing.includes(method))).toEqual([]);
	},
);

test("packets, which hold anything, are a grant of their own", () => {
	for (const name of names) {
		const acl = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Acl;
		const writing = acl[name]?.write.ubus?.polywan ?? [];
		expect(writing.filter((method) => method.startsWith("capture"))).toEqual([]);
	}
});

test("a backup, which holds secrets and a script that root runs, is a grant of its own", () => {
	for (const name of names) {
		const acl = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Acl;
		const writing = acl[name]?.write.ubus?.polywan ?? [];
		expect(writing).not.toContain("backup");
		expect(writing).not.toContain("restore");
	}
});
