import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram, compileProgram } from "../../build/bundle.ts";
import { server } from "./addresses.ts";
import { firewallConfig } from "./config.ts";
import { firstLine, root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const RUNTIME = join(root, "dist/x86_64/polywan-run");
const endpoint = server(5).ipv4;
const near = "10.9.0.2";
const far = "10.9.0.1";

const config = renderPolywanConfig({
	uplinks: {
		vpn: { tier: "1", target: [far], endpoint: [endpoint], family: "ipv4" },
		wan: { tier: "2" },
		wanb: { tier: "3" },
	},
});

const vpnInterface = `
config interface 'vpn'
	option device 'vpn0'
	option proto 'static'
	option ipaddr '${near}/24'
`;

/** The tunnel is what everything goes by, the router's own traffic too, and netifd has nailed its far end to wan. */
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"a tunnel as an uplink with %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;
		const children: ChildProcess[] = [];
		const heard: string[] = [];

		beforeAll(async () => {
			const fw4 = firewallConfig([{ name: "wan" }, { name: "wanb" }, { name: "vpn" }]);
			site = await Site.build({ firewall, files: { "/etc/config/firewall": fw4 }, daemon: true, config });
			polywan = new Polywan(site);
			await bundleProgram("test/lab/programs/tunnel.ts", "tunnel");
			const program = await compileProgram("tunnel", "x86_64");
			site.router.writeFile("/tmp/polywan-run", readFileSync(RUNTIME), 0o755);
			site.router.writeFile("/tmp/tunnel", readFileSync(program), 0o755);
			const internet = site.internet.network;
			const ends = [
				internet.spawn([RUNTIME, join(root, program), "far", "far0", endpoint, "5555"]),
				site.router.spawn(["/tmp/polywan-run", "/tmp/tunnel", "near", "vpn0", endpoint, "5555"]),
			];
			children.push(...ends);
			ends[0]?.stdout?.on("data", (chunk) => heard.push(...String(chunk).trim().split("\n")));
			await Promise.all(ends.map((end) => firstLine(end, "the tunnel")));
			await internet.ip(["link set far0 up", `addr add ${far}/24 dev far0`]);
			const gateway = site.uplink("wan").lease.ipv4.gateway;
			await site.router.mustRun(["ip", "route", "add", endpoint, "via", gateway, "proto", "static"]);
			await site.router.setConfig("network", `${site.router.readFile("/etc/config/network")}${vpnInterface}`);
			await until("the tunnel is known", async () => (await polywan.uplink("vpn")).ipv4 !== null);
			await site.router.mustRun(["/etc/init.d/firewall", "reload"]);
			await polywan.untilState("up", "vpn", "wan", "wanb");
		});
		afterAll(async () => {
			for (const child of children) child.kill();
			await site?.close();
		});

		/** The uplink that the far end hears the tunnel from. */
		const carrier = () => site.uplinks.find(({ lease }) => lease.ipv4.address === heard.at(-1))?.name;

		const works = async () => (await seenFrom(site.host(0), server(1).ipv4)) === near;

		it("takes what is sent to it, without a gateway, and does not go through itself", async () => {
			expect(await works()).toBe(true);
			expect(await seenFrom(site.router, server(1).ipv4)).toBe(near);
			expect(carrier()).toBe("wan");
		});

		it("goes on over the other uplink when the one below dies, though a host route says otherwise", async () => {
			await site.uplink("wan").blackhole();
			await polywan.untilState("down", "wan");
			await until("the tunnel works again", works, { timeoutMs: 5000 });
			expect(carrier()).toBe("wanb");
			expect(await site.router.mustRun(["ip", "route", "show", endpoint])).toContain("eth1");
		});

		it("returns when that has recovered: keep-alives do not hold it", async () => {
			await site.uplink("wan").heal();
			await polywan.untilState("up", "vpn", "wan");
			await until("the far end hears wan", () => carrier() === "wan");
			await until("the tunnel works", works);
		});
	},
);
