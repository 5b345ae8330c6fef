import type { Finding } from "polywan-core/doctor/finding";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!asRoot)("polywan doctor", () => {
	let site: Site;
	let polywan: Polywan;
	const config = renderPolywanConfig({
		uplinks: { wan: { tier: "1" }, wanb: { tier: "2", interval: "200ms" } },
	});

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(() => ({ site, polywan }), config);

	const sh = (script: string) => site.router.mustRun(["sh", "-c", script]);

	async function findings(): Promise<readonly Finding[]> {
		return JSON.parse((await polywan.run("doctor", "--json")).stdout).findings;
	}

	const codes = async () => (await findings()).map(({ code, subject }) => `${code} ${subject}`.trim());

	/** A probe that a busy machine lost is found, too, until the next one is answered. */
	async function untilWell(): Promise<void> {
		const isWell = async () => {
			const found = await codes();
			if (found.length > 0) throw new Error(found.join("; "));
			return true;
		};
		await until("all is well", isWell, { timeoutMs: 40_000, intervalMs: 100 });
	}

	it("finds nothing where nothing is wrong", async () => {
		await untilWell();
		expect(await polywan.run("doctor")).toEqual({ code: 0, stdout: "Nothing is wrong.\n", stderr: "" });
	});

	it("says what is wrong and what to do", async () => {
		await site.router.network.sysctl(["net/ipv4/ip_forward=0"]);
		const { code, stdout } = await polywan.run("doctor");
		expect(code).toBe(1);
		expect(stdout).toMatch(
			/^error: IPv4: the kernel does not forward IPv4.*\n {2}→ sysctl -w net.ipv4.ip_forward=1/,
		);
		await site.router.network.sysctl(["net/ipv4/ip_forward=1"]);
		await untilWell();
	});

	it.each([
		[
			"a strict rp_filter",
			"rp-filter-strict wanb",
			"echo 1 > /proc/sys/net/ipv4/conf/eth2/rp_filter",
			"echo 0 > /proc/sys/net/ipv4/conf/eth2/rp_filter",
		],
		[
			"another program's mark on our bits",
			"mark-clash IPv4 rule 500",
			"ip rule add priority 500 fwmark 0x1000000/0xf000000 lookup 99",
			"ip rule del priority 500",
		],
		[
			"mwan3 that starts at boot",
			"rival mwan3",
			"ln -s ../init.d/mwan3 /etc/rc.d/S19mwan3",
			"rm /etc/rc.d/S19mwan3",
		],
		[
			"a zone without masquerading",
			"no-masquerade wan",
			"sed -i s/masq\\ \\'1/masq\\ \\'0/ /etc/config/firewall",
			"sed -i s/masq\\ \\'0/masq\\ \\'1/ /etc/config/firewall",
		],
		["a firewall that is stopped", "no-firewall", "/etc/init.d/firewall stop", "/etc/init.d/firewall start"],
		[
			"flow offloading",
			"flow-offloading",
			"uci set firewall.@defaults[0].flow_offloading=1; uci commit firewall",
			"uci delete firewall.@defaults[0].flow_offloading; uci commit firewall",
		],
		[
			"equal metrics",
			"equal-metrics wan, wanb",
			"uci set network.wan.metric=20; uci commit network",
			"uci set network.wan.metric=10; uci commit network",
		],
		[
			"a problem in the configuration",
			"config-problem wanb",
			"uci set polywan.wanb.weight=0; uci commit polywan; polywan reload",
			"uci delete polywan.wanb.weight; uci commit polywan; polywan reload",
		],
		[
			"an uplink that netifd does not know",
			"no-interface lte",
			"uci set polywan.lte=uplink; uci commit polywan; polywan reload",
			"uci delete polywan.lte; uci commit polywan; polywan reload",
		],
	])("finds %s", async (_, finding, break_, mend) => {
		await sh(break_);
		expect(await codes()).toContain(finding);
		await sh(mend);
		await untilWell();
	});

	it("finds targets that do not answer, one or all", async () => {
		await site.uplink("wanb").dropAddress(server(8).ipv4);
		await until("one is silent", async () => (await codes()).includes("target-unreachable wanb IPv4"), {
			timeoutMs: 30_000,
			intervalMs: 100,
		});
		await site.uplink("wanb").blackhole();
		await polywan.untilState("down", "wanb");
		expect(await codes()).toContain("targets-unreachable wanb IPv6");
		await site.uplink("wanb").heal();
		await polywan.untilState("up", "wanb");
		await untilWell();
	});

	it("finds a name server that a route leads to over another provider", async () => {
		await sh(
			"ubus call network.interface.wanb status > /dev/null; uci set network.wanb.dns=203.0.113.5; uci set network.wanb.peerdns=0; uci commit network; reload_config",
		);
		await until(
			"it is known",
			async () => (await polywan.uplink("wanb")).ipv4?.dns_servers.includes("203.0.113.5"),
			{ timeoutMs: 30_000 },
		);
		await polywan.untilState("up", "wanb");
		await untilWell();
		await sh("ip route add 203.0.113.5 via 100.64.1.1");
		expect(await codes()).toContain("dns-leak 203.0.113.5");
	});

	it("tells the same on ubus", async () => {
		await site.router.network.sysctl(["net/ipv4/ip_forward=0"]);
		await until("both tell the same", async () => {
			const { findings: told } = await site.router.ubus("polywan", "doctor");
			expect(told).toEqual(await findings());
			expect(told).not.toEqual([]);
			return true;
		});
		await site.router.network.sysctl(["net/ipv4/ip_forward=1"]);
	});

	it("works without the daemon, and says so first", async () => {
		await sh("/etc/init.d/polywan stop");
		const [first] = await findings();
		expect(first).toMatchObject({ code: "no-daemon", severity: "error" });
		expect(first?.remedy).toContain("/etc/init.d/polywan start");
	});
});
