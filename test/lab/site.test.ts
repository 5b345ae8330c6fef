import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { root } from "./namespaces.ts";
import { findOpenwrtRoot } from "./openwrt-root.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";
import { builtPackages } from "./userland.ts";

const asRoot = process.getuid?.() === 0;
const isBuilt = existsSync(join(root, "dist/x86_64/polywan"));

async function daemonPid(site: Site): Promise<number | null> {
	const { code, stdout } = await site.router.run(["pidof", "polywan-run"]);
	return code === 0 ? Number(stdout.trim().split(" ")[0]) : null;
}

describe.skipIf(!asRoot || !isBuilt)("a site with polywan", () => {
	it("runs under procd, and starts again after kill -9", async () => {
		const site = await Site.build({ daemon: true });
		try {
			expect((await site.router.run(["/etc/init.d/polywan", "status"])).stdout).toBe("running\n");
			const pid = await daemonPid(site);
			await site.router.mustRun(["kill", "-9", String(pid)]);
			await until("procd has started another one", async () => {
				const now = await daemonPid(site);
				return now !== null && now !== pid;
			});
			expect(site.router.logs()).toContain(`polywan[${pid}]`);
			await until("it is on the bus", async () => (await site.router.ubus("polywan", "status")).uplinks);
		} finally {
			await site.close();
		}
	});

	it("gives LAN hosts the Internet over a router with iptables too", async () => {
		const site = await Site.build({
			daemon: true,
			firewall: "iptables",
			uplinks: { wan: {}, wanb: { tier: 2 } },
		});
		try {
			const { stdout } = await site.host(0).run(["curl", "-s", "-m", "10", `http://${server(1).ipv4}/`]);
			expect(stdout).toBe("100.64.1.2\n");
		} finally {
			await site.close();
		}
	});

	it.skipIf(builtPackages().length === 0)("can be installed from the packages", async () => {
		const site = await Site.build({ daemon: true, install: "ipk" });
		try {
			expect((await site.router.run(["/etc/init.d/polywan", "enabled"])).code).toBe(0);
			expect(site.router.readFile("/usr/lib/opkg/info/polywan.list")).toContain("/usr/sbin/polywan");
			expect(site.router.readFile("/etc/config/polywan")).toContain("config uplink 'wanb'");
		} finally {
			await site.close();
		}
	});
});

describe("OPENWRT_ROOT", () => {
	it("names a directory that has to be a root file system of OpenWrt", () => {
		expect(findOpenwrtRoot("")).toBeNull();
		expect(() => findOpenwrtRoot("/nonexistent")).toThrow("there is no such directory");
		expect(() => findOpenwrtRoot("/usr")).toThrow(/lacks \/sbin\/ubusd, .* opkg or opkg-cl$/);
	});
});
