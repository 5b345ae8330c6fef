import type { HostUsagePage, UsageStatus } from "polywan-core/status";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lan, server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const file = "/etc/polywan/usage.json";
const quiet = { probing: "frugal" };

describe.skipIf(!asRoot)("usage and quotas", () => {
	let site: Site;
	let polywan: Polywan;

	const configure = (wan: Record<string, string>, globals: Record<string, string> = {}) =>
		renderPolywanConfig({
			globals,
			uplinks: { wan: { tier: "1", ...quiet, ...wan }, wanb: { tier: "2", ...quiet } },
		});
	const usage = async (name = "wan"): Promise<UsageStatus> => {
		const { usage: all } = (await site.router.ubus("polywan", "usage")) as unknown as {
			usage: UsageStatus[];
		};
		const found = all.find(({ uplink }) => uplink === name);
		if (!found) throw new Error(`no usage of ${name}`);
		return found;
	};
	/** What the kernel has counted and polywan has not: must never change. */
	const uncounted = async () => {
		for (;;) {
			const counter = async () =>
				Number(await site.router.mustRun(["cat", "/sys/class/net/eth1/statistics/rx_bytes"]));
			const before = await counter();
			const { total_rx_bytes: counted } = await usage();
			if ((await counter()) === before) return before - counted;
		}
	};
	const service = (verb: string) => site.router.mustRun(["sh", "-c", `/etc/init.d/polywan ${verb}`]);
	const running = () =>
		until("polywan counts", async () => {
			const { usage: all } = (await site.router.ubus("polywan", "usage")) as unknown as {
				usage: UsageStatus[];
			};
			return all.length > 0;
		});
	const isInForce = async () => (await polywan.run("diff")).code === 0;
	const shares = async () => (await polywan.status()).policies[0]?.ipv4.map(({ uplink }) => uplink).join();

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: configure({}) });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	it("is what the kernel counts, to the byte, over traffic, reloads, restarts and a daemon that is killed", async () => {
		const before = await uncounted();
		await site.host(0).mustRun(["curl", "-so", "/dev/null", `http://${server(1).ipv4}/bytes/3000000`]);
		expect((await usage()).rx_bytes).toBeGreaterThan(3_000_000);
		await polywan.run("reload");
		expect(await uncounted()).toBe(before);
		await service("restart");
		await running();
		expect(await uncounted()).toBe(before);
		await site.router.mustRun(["kill", "-9", String(await polywan.pid())]);
		await site.host(0).mustRun(["curl", "-so", "/dev/null", `http://${server(1).ipv4}/bytes/1000000`]);
		await until(
			"procd starts polywan again",
			async () => (await site.router.run(["pgrep", "-f", "polywan daemon"])).code === 0,
		);
		await running();
		expect(await uncounted()).toBe(before);
	});

	it("an orderly reboot loses nothing, a power failure is marked, and flash is written at most once an hour", async () => {
		await service("stop");
		const saved = JSON.parse(site.router.readFile(file));
		expect(saved.final).toBe(true);
		// Another boot: the counters of the devices are those since it.
		const reboot = async (final: boolean) => {
			const text = JSON.stringify({ ...JSON.parse(site.router.readFile(file)), bootId: "another", final });
			await site.router.run(["rm", "-f", "/var/run/polywan/usage.json"]);
			site.router.writeFile(file, text);
			await service("start");
			await running();
		};
		await reboot(true);
		expect(await uncounted()).toBe(-saved.uplinks.wan.totalRxBytes);
		expect((await usage()).gaps).toEqual([]);
		const begun = JSON.parse(site.router.readFile(file));
		expect(begun.final).toBe(false);
		await polywan.run("reload");
		expect(JSON.parse(site.router.readFile(file)).savedAtMs).toBe(begun.savedAtMs);
		await service("stop");
		await reboot(false);
		const [gap, ...more] = (await usage()).gaps;
		expect(more).toEqual([]);
		expect(gap?.to_ms).toBeGreaterThan(gap?.from_ms ?? Number.POSITIVE_INFINITY);
		expect((await polywan.run("usage")).stdout).toMatch(/^wan .* to \d\d/m);
	});

	it("warns at 75, 90 and 100 percent, demotes, and is corrected by hand", async () => {
		await site.router.setConfig("polywan", configure({ quota: "100G", quota_action: "demote" }));
		await until("the quota is known", async () => (await usage()).quota_bytes === 100e9);
		for (const [bytes, percent] of [
			["60G", 75],
			["75G", 90],
			["85G", 100],
		] as const) {
			expect((await polywan.run("usage", "set", "wan", bytes, "15G")).code).toBe(0);
			const event = (await polywan.events()).findLast(({ kind }) => kind === "usage");
			expect(event?.reason).toMatch(new RegExp(`^${percent} % of the month's quota is used`));
		}
		await until("wanb takes over", async () => (await shares()) === "wanb");
		await site.uplink("wanb").carrier(false);
		await until("nothing else works", async () => (await shares()) === "wan");
		await site.uplink("wanb").carrier(true);
		await until("wanb is back", async () => (await shares()) === "wanb");
		expect((await polywan.run("usage")).stdout).toMatch(/^wan .*100 %/m);
		const { used_percent: percent, bytes } = (await polywan.uplink("wan")).quota ?? {};
		expect([percent, bytes]).toEqual([expect.closeTo(100, 0), 100e9]);
		await polywan.run("usage", "set", "wan", "0", "0");
		await until("wan is used again", async () => (await shares()) === "wan");
		expect((await polywan.run("usage", "set", "nobody", "0", "0")).code).toBe(1);
		expect((await polywan.run("usage", "set", "wan", "much", "0")).code).toBe(2);
	});

	it("disables", async () => {
		await polywan.untilState("up", "wan", "wanb");
		await site.router.setConfig(
			"polywan",
			configure({ quota: "1G", quota_action: "disable", quota_direction: "upload" }),
		);
		await until("the quota is known", async () => (await usage()).quota_bytes === 1e9);
		await polywan.run("usage", "set", "wan", "50G", "1G");
		await until(
			"wan is off",
			async () => (await polywan.uplink("wan")).ipv4?.reason === "its quota is used up",
		);
		await until("wanb is used instead", async () => (await shares()) === "wanb");
		await polywan.run("up", "wan");
		await until("by hand it is used all the same", async () => (await shares()) === "wan");
		await polywan.run("auto", "wan");
		await polywan.run("usage", "set", "wan", "50G", "0");
		await until("wan is used again", async () => (await shares()) === "wan");
	});

	it("tells what each host at home sent and received, over restarts and a daemon that is killed", async () => {
		const counted = async (address: string, name = "wan") => {
			const { hosts } = (await site.router.ubus("polywan", "usage_hosts", {
				uplink: name,
			})) as unknown as HostUsagePage;
			return hosts.find((host) => host.address === address);
		};
		const { ipv4, ipv6 } = lan.host(0);
		const download = (target: string) =>
			site.host(0).mustRun(["curl", "-so", "/dev/null", `http://${target}/bytes/1000000`]);
		const isTableThere = async () =>
			(await site.router.run(["nft", "list", "table", "inet", "polywan_hosts"])).code === 0;
		site.router.writeFile("/tmp/dhcp.leases", `4102444800 02:00:00:00:00:01 ${ipv4} laptop *\n`);
		await site.router.setConfig("polywan", configure({}, { host_usage: "1" }));
		await until("the kernel counts", isTableThere);
		await until("wan is used", async () => (await shares()) === "wan");
		await until("the kernel is as it should be", isInForce);
		const { rx_bytes: base } = (await counted(ipv4)) ?? { rx_bytes: 0 };
		await download(server(1).ipv4);
		const first = (await counted(ipv4)) ?? { name: null, rx_bytes: 0, tx_bytes: 0 };
		expect(first.name).toBe("laptop");
		expect(first.rx_bytes - base).toBeGreaterThan(1_000_000);
		expect(first.rx_bytes - base).toBeLessThan(1_200_000);
		expect(first.tx_bytes).toBeGreaterThan(1000);
		await download(`[${server(1).ipv6}]`);
		expect((await counted(ipv6))?.rx_bytes).toBeGreaterThan(1_000_000);
		await site.router.mustRun(["kill", "-9", String(await polywan.pid())]);
		await download(server(1).ipv4);
		await running();
		await until("what passed meanwhile is counted", async () => {
			const { rx_bytes: now } = (await counted(ipv4)) ?? { rx_bytes: 0 };
			return now > first.rx_bytes + 1_000_000 && now < first.rx_bytes + 1_200_000;
		});
		const before = await counted(ipv4);
		await service("restart");
		await running();
		await until("it is as it was", async () => (await counted(ipv4))?.rx_bytes === before?.rx_bytes);
		const all = { uplink: "wan", offset: 0, limit: 1000 };
		const { total, hosts } = await site.router.ubus("polywan", "usage_hosts", all);
		expect(await site.router.ubus("polywan", "usage_hosts", { ...all, offset: 1, limit: 1 })).toMatchObject({
			total,
			offset: 1,
			hosts: [{ address: (hosts as unknown as HostUsagePage["hosts"])[1]?.address }],
		});
		expect((await polywan.run("usage", "--hosts", "nobody")).stderr).toContain("there is no uplink 'nobody'");
		expect((await polywan.run("usage", "--hosts")).stdout).toMatch(
			/^wan +192\.168\.1\.100 +laptop +\d\.\d MB/m,
		);
		await site.router.setConfig("polywan", configure({}));
		await until("nothing is left", async () => !(await isTableThere()));
		expect((await polywan.run("usage", "--hosts")).code).toBe(1);
	});

	it.each(["nftables", "iptables"])(
		"limits by %s, also when the daemon is killed, until it begins anew",
		async (firewall) => {
			const limited = async () => {
				const { limit, ipv4 } = await polywan.uplink("wan");
				return (
					limit?.download_bits_per_second === 800_000 && /; limited to 800 kbit/.test(ipv4?.reason ?? "")
				);
			};
			await site.router.setConfig(
				"polywan",
				configure({ quota: "1G", quota_action: "limit", quota_rate: "800k" }, { firewall }),
			);
			await polywan.run("usage", "set", "wan", "0", "0");
			await until("the back end is in force", async () => (await polywan.status()).firewall === firewall);
			await until("wan is used", async () => (await shares()) === "wan");
			await polywan.run("usage", "set", "wan", "1G", "1");
			await until("wan is limited", limited);
			await until("the kernel is as it should be", isInForce);
			expect((await polywan.run("usage", "wan")).stdout).toContain("100 %, limited");
			expect((await polywan.run("doctor")).stdout).toContain("it is slowed down");
			await site.router.mustRun(["kill", "-9", String(await polywan.pid())]);
			// The bucket holds a second's worth; what is over comes at 100 kB/s.
			const startMs = Date.now();
			await site.host(0).mustRun(["curl", "-so", "/dev/null", `http://${server(1).ipv4}/bytes/300000`]);
			expect(Date.now() - startMs).toBeGreaterThan(1000);
			await until("the next daemon takes it over", async () => (await polywan.run("status")).code === 0);
			await until("wan is limited still", limited);
			await until("nothing was left behind", isInForce);
			await polywan.run("usage", "set", "wan", "0", "0");
			await until("wan is free", async () => (await polywan.uplink("wan")).limit === null);
			await until("its rules are gone", isInForce);
		},
	);
});

describe.skipIf(!asRoot)("schedules", () => {
	let site: Site;
	afterAll(() => site?.close());

	/** A time zone in which a minute of the day begins in some seconds. */
	function zoneWith(hour: number, inSeconds: number): string {
		const now = Math.floor(Date.now() / 1000) % 86_400;
		const offset = (((hour * 3600 - inSeconds - now) % 86_400) + 86_400) % 86_400;
		const [sign, east] = offset > 43_200 ? ["", 86_400 - offset] : ["-", offset];
		const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
		return `LAB${sign}${two(east / 3600)}:${two((east % 3600) / 60)}:${two(east % 60)}`;
	}

	it("open and close uplinks and policies on time", { timeout: 120_000 }, async () => {
		const system = (zone: string) => `config system\n\toption timezone '${zone}'\n`;
		const config = renderPolywanConfig({
			uplinks: { wan: { tier: "1", schedule: "12:00-12:01" }, wanb: { tier: "2" } },
			policies: { everything: { mode: "failover" }, lunch: { mode: "weighted", schedule: "12:00-12:01" } },
		});
		site = await Site.build({
			daemon: true,
			config,
			files: { "/etc/config/system": system(zoneWith(12, 3600)) },
		});
		const polywan = new Polywan(site);
		await polywan.untilState("up", "wanb");
		/** The router's clock on the wall from now on. */
		const setZone = async (zone: string) => {
			site.router.writeFile("/etc/config/system", system(zone));
			// A comment is a change, too.
			site.router.writeFile("/etc/config/polywan", `${config}\n# ${zone}\n`);
			await polywan.run("reload");
		};
		const seen = async () => {
			const { policies } = await polywan.status();
			return policies.map(({ ipv4 }) => ipv4.map(({ uplink }) => uplink).join("+")).join(" ");
		};
		expect((await polywan.uplink("wan")).ipv4?.reason).toBe("out of its schedule");
		expect(await seen()).toBe("wanb ");
		// The month began at midnight by the router's clock on the wall.
		expect((await polywan.run("usage")).stdout).toMatch(
			/^wanb +\d{4}-\d\d-01 00:00:00 +\d{4}-\d\d-01 00:00:00 /m,
		);
		for (const seconds of [3, 15, 40]) {
			await setZone(zoneWith(12, seconds));
			if ((await seen()) === "wanb ") break;
			// Noon came before the router knew.
			await setZone(zoneWith(12, 3600));
		}
		await until("the schedules open", async () => (await seen()) === "wan wan+wanb", {
			timeoutMs: 50_000,
		});
		const events = (await polywan.events()).filter(({ kind }) => kind === "schedule");
		expect(events.at(-1)?.reason).toMatch(/^the schedule of .* begins$/);
		await setZone(zoneWith(12, -57));
		await until("they close", async () => (await seen()) === "wanb ");
	});
});
