import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram, compileProgram } from "../../build/bundle.ts";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { firewallConfig } from "./config.ts";
import { firstLine, root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";
import { WireguardTunnel } from "./wireguard.ts";

const asRoot = process.getuid?.() === 0;
const RUNTIME = join(root, "dist/x86_64/polywan-run");
const endpoint = server(5).ipv4;
const near = "10.9.0.2";
const far = "10.9.0.1";

interface Tunnel {
	readonly children: readonly ChildProcess[];
	heardFrom(): Promise<string>;
}

/** A program's own tunnel, of which nobody knows more than its device. */
async function startProgram(site: Site): Promise<Tunnel> {
	await bundleProgram("test/lab/programs/tunnel.ts", "tunnel");
	const program = await compileProgram("tunnel", "x86_64");
	site.router.writeFile("/tmp/polywan-run", readFileSync(RUNTIME), 0o755);
	site.router.writeFile("/tmp/tunnel", readFileSync(program), 0o755);
	const internet = site.internet.network;
	const heard: string[] = [];
	const children = [
		internet.spawn([RUNTIME, join(root, program), "far", "far0", endpoint, "5555"]),
		site.router.spawn(["/tmp/polywan-run", "/tmp/tunnel", "near", "vpn0", endpoint, "5555"]),
	];
	children[0]?.stdout?.on("data", (chunk) => heard.push(...String(chunk).trim().split("\n")));
	await Promise.all(children.map((end) => firstLine(end, "the tunnel")));
	await internet.ip(["link set far0 up", `addr add ${far}/24 dev far0`]);
	return { children, heardFrom: async () => heard.at(-1) ?? "" };
}

const WAYS = [
	{
		what: "WireGuard, whose far end the daemon finds out,",
		firewall: "nftables",
		options: {},
		network: { proto: "wireguard", addresses: `${near}/24` },
		start: (site: Site) => WireguardTunnel.build(site, "vpn0", { near, far, server: endpoint }),
	},
	{
		what: "a tunnel whose far end is configured",
		firewall: "iptables",
		options: { endpoint: [endpoint] },
		network: { proto: "static", device: "vpn0", ipaddr: `${near}/24` },
		start: startProgram,
	},
] as const;

/** The tunnel is what everything goes by, the router's own traffic too, and netifd has nailed its far end to wan. */
describe.skipIf(!asRoot).each(WAYS)("$what as an uplink with $firewall", (way) => {
	let site: Site;
	let polywan: Polywan;
	let tunnel: Tunnel;

	const config = renderPolywanConfig({
		uplinks: {
			vpn0: { tier: "1", target: [far], family: "ipv4", ...way.options },
			wan: { tier: "2" },
			wanb: { tier: "3" },
		},
	});

	beforeAll(async () => {
		const { firewall } = way;
		const fw4 = firewallConfig([{ name: "wan" }, { name: "wanb" }, { name: "vpn0" }]);
		site = await Site.build({ firewall, files: { "/etc/config/firewall": fw4 }, daemon: true, config });
		polywan = new Polywan(site);
		tunnel = await way.start(site);
		const gateway = site.uplink("wan").lease.ipv4.gateway;
		await site.router.mustRun(["ip", "route", "add", endpoint, "via", gateway, "proto", "static"]);
		const options = Object.entries(way.network).map(([name, value]) => `\toption ${name} '${value}'\n`);
		const network = `${site.router.readFile("/etc/config/network")}\nconfig interface 'vpn0'\n${options.join("")}`;
		await site.router.setConfig("network", network);
		await until("the tunnel is known", async () => (await polywan.uplink("vpn0")).ipv4 !== null, {
			timeoutMs: 30_000,
		});
		await site.router.mustRun(["/etc/init.d/firewall", "reload"]);
		await polywan.untilState("up", "vpn0", "wan", "wanb");
	});
	afterAll(async () => {
		for (const child of tunnel?.children ?? []) child.kill();
		await site?.close();
	});
	tidyBeforeRetry(() => ({ site, polywan }), config, undefined, ["vpn0", "wan", "wanb"]);

	/** The uplink that the far end hears the tunnel from. */
	const carrier = async () => {
		const address = await tunnel.heardFrom();
		return site.uplinks.find(({ lease }) => lease.ipv4.address === address)?.name;
	};

	const works = async () => (await seenFrom(site.host(0), server(1).ipv4)) === near;

	it("takes what is sent to it, without a gateway, and does not go through itself", async () => {
		await until("it works", works);
		expect(await seenFrom(site.router, server(1).ipv4)).toBe(near);
		await until("the far end hears wan", async () => (await carrier()) === "wan");
	});

	it("goes on over the other uplink when the one below dies, though a host route says otherwise", async () => {
		await site.uplink("wan").blackhole();
		await polywan.untilState("down", "wan");
		await until("the tunnel works again", works, { timeoutMs: 20_000 });
		await until("the far end hears wanb", async () => (await carrier()) === "wanb");
		expect(await site.router.mustRun(["ip", "route", "show", endpoint])).toContain("eth1");
	});

	it("returns when that has recovered: keep-alives do not hold it", async () => {
		await site.uplink("wan").heal();
		await polywan.untilState("up", "vpn0", "wan");
		await until("the far end hears wan", async () => (await carrier()) === "wan");
		await until("the tunnel works", works, { timeoutMs: 20_000 });
	});
});
