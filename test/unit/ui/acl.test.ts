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
		// Keys of PPPoE, WireGuard and Wi-Fi stand in the others.
		expect(read?.uci).toEqual(["polywan"]);
		const changing = ["reload", "uplink", "trial", "weights", "connections_kill", "usage_set"];
		expect(read?.ubus?.polywan?.filter((method) => changing.includes(method))).toEqual([]);
	},
);
