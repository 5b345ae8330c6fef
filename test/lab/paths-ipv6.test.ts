import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleProgram, compileProgram } from "../../build/bundle.ts";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { firewallConfig } from "./config.ts";
import { type NetworkNamespace, root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const RUNTIME = "dist/x86_64/polywan-run";
const asRoot = process.getuid?.() === 0;
interface Neighbour {
	readonly network: NetworkNamespace;
	readonly device: string;
}

const target = server(1).ipv6;

/** A LAN that each uplink gives a prefix to, behind a firewall that does not masquerade IPv6, as OpenWrt's does not. */
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("IPv6 with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;
	const config = renderPolywanConfig({ patient: true });

	beforeAll(async () => {
		const fw4 = firewallConfig([{ name: "wan" }, { name: "wanb" }]).replace("masq6 '1'", "masq6 '0'");
		const files = { "/etc/config/firewall": fw4 };
		site = await Site.build({ firewall, files, daemon: true, config });
		polywan = new Polywan(site);
		for (const uplink of ["wan", "wanb"]) await delegate(uplink);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(() => ({ site, polywan }), config);

	const own = (uplink: string) => site.uplink(uplink).lease.ipv6?.address ?? "";

	/** The host's address out of the prefix that the uplink has now. */
	const hostIn = (uplink: string) =>
		(site.uplink(uplink).lease.ipv6?.prefix ?? "").replace("8000::/56", "8001::100");

	/** As the router's odhcpd would hand it out. */
	async function delegate(uplink: string): Promise<void> {
		const host = hostIn(uplink);
		await site.router.network.ip([`addr add ${host.replace("::100", "::1")}/64 dev br-lan nodad`]);
		await site.host(0).network.ip([`addr add ${host}/64 dev eth0 nodad`]);
	}

	const seen = (source: string) => {
		const host = site.host(0);
		const curl = ["curl", "-s", "-g", "-m", "10", "--interface", source];
		return seenFrom({ run: ([, ...words]) => host.run([...curl, ...words.slice(3)]) }, target);
	};
	const ownAddress = () => site.host(0).addresses.ipv6;

	async function setNat(uplink: string, value: string): Promise<void> {
		await site.router.mustRun(["uci", "set", `polywan.${uplink}.ipv6_nat=${value}`]);
		await site.router.mustRun(["uci", "commit", "polywan"]);
		await polywan.run("reload");
	}

	it("lets a host leave by the uplink that its address is from, as it is", async () => {
		expect(await seen(hostIn("wan"))).toBe(hostIn("wan"));
		expect(await seen(hostIn("wanb"))).toBe(hostIn("wanb"));
	});

	it("masquerades local addresses, which the Internet does not answer to", async () => {
		expect(await seen(ownAddress())).toBe(own("wan"));
	});

	it("masquerades a host whose uplink is down over the other, until it is back", async () => {
		await polywan.run("down", "wan");
		expect(await seen(hostIn("wan"))).toBe(own("wanb"));
		expect(await seen(hostIn("wanb"))).toBe(hostIn("wanb"));
		await polywan.run("auto", "wan");
		expect(await seen(hostIn("wan"))).toBe(hostIn("wan"));
	});

	it("follows another prefix", async () => {
		const old = hostIn("wanb");
		await site.uplink("wanb").renumber();
		await delegate("wanb");
		expect(hostIn("wanb")).not.toBe(old);
		await until(
			"the new prefix leaves by wanb",
			async () => (await seen(hostIn("wanb"))) === hostIn("wanb"),
			{
				timeoutMs: 30_000,
			},
		);
		await until("nothing differs", async () => (await polywan.run("diff")).code === 0, { timeoutMs: 30_000 });
	});

	it("translates prefix to prefix where that is wished, and lets rules decide for all hosts then", async () => {
		for (const uplink of ["wan", "wanb"]) await setNat(uplink, "npt");
		expect(await seen(hostIn("wanb"))).toBe(hostIn("wan"));
		expect(await seen(hostIn("wan"))).toBe(hostIn("wan"));
		await polywan.run("down", "wan");
		expect(await seen(hostIn("wan"))).toBe(hostIn("wanb"));
		await polywan.run("auto", "wan");
	});

	it("masquerades all that is not the uplink's own, or nothing", async () => {
		await setNat("wan", "masquerade");
		expect(await seen(hostIn("wanb"))).toBe(own("wan"));
		await setNat("wan", "off");
		// Back over the other line, as no provider in the lab asks where a source belongs.
		expect(await seen(hostIn("wanb"))).toBe(hostIn("wanb"));
		expect(await seen(hostIn("wan"))).toBe(hostIn("wan"));
	});

	it("leaves neighbour discovery alone", async () => {
		await site.router.mustRun(["ip", "-6", "neigh", "flush", "dev", "br-lan"]);
		await site.host(0).mustRun(["ip", "-6", "neigh", "flush", "dev", "eth0"]);
		expect(await seen(hostIn("wan"))).toBe(hostIn("wan"));
		expect((await site.router.run(["ping", "-c", "1", "-W", "5", hostIn("wan")])).code).toBe(0);
	});

	it("leaves router advertisements alone, the provider's and its own", async () => {
		await bundleProgram("test/lab/programs/advertise.ts", "advertise");
		const program = join(root, await compileProgram("advertise", "x86_64"));
		const advertise = async (from: Neighbour, to: Neighbour, prefix: string) => {
			const { network, device } = to;
			await network.sysctl([`net/ipv6/conf/${device}/accept_ra=2`]);
			const addresses = () => network.mustRun(["ip", "-6", "-o", "addr", "show", "dev", device]);
			// What is sent before the addresses are known to be nobody else's is lost.
			await until(
				`${device} has an address of ${prefix}`,
				async () => {
					const own = /fe80:\S+(?=\/)/.exec(await addresses())?.[0] ?? "";
					await from.network.run([join(root, RUNTIME), program, from.device, own, `${prefix}::`]);
					return (await addresses()).includes(prefix);
				},
				{ timeoutMs: 30_000 },
			);
		};
		const router = site.router.network;
		const provider = { network: site.uplink("wanb").isp, device: "cable" };
		await advertise(provider, { network: router, device: "eth2" }, "2001:db8:aaa1");
		const host = { network: site.host(0).network, device: "eth0" };
		await advertise({ network: router, device: "br-lan" }, host, "2001:db8:aaa2");
	});
});
