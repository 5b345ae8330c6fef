import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { firewallConfig } from "./config.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const NS_PER_MS = 1e6;
const ROUTES = 200_000;

const uplinks = { wan: { tier: "1" }, wanb: { tier: "2" }, wanc: { tier: "3" } };
const rules = {
	to_2: { dest_ip: [server(2).ipv4], target: "wanc" },
	to_3: { dest_ip: [server(3).ipv4], target: "wanb" },
};
/** On the cable of wan, in its network, with its gateway. */
const twin = "100.64.1.3";
const twinInterface = `
config interface 'wanc'
	option device 'mac1'
	option proto 'static'
	option ipaddr '${twin}/24'
	option gateway '100.64.1.1'
	option metric '30'

config interface 'wand'
	option device 'eth1'
	option proto 'static'
	option ipaddr '100.64.1.4/24'
	option gateway '100.64.1.1'
	option metric '40'
`;

describe.skipIf(!asRoot)("unusual links", () => {
	let site: Site;
	let polywan: Polywan;

	const config = renderPolywanConfig({ patient: true, uplinks, rules });

	beforeAll(async () => {
		const zone = ["wan", "wanb", "wanc"].map((name) => ({ name }));
		site = await Site.build({
			uplinks: { wan: { ipv6: false }, wanb: { ipv6: false, proto: "pppoe" } },
			files: { "/etc/config/firewall": firewallConfig(zone) },
			daemon: true,
			config,
		});
		polywan = new Polywan(site);
		await site.router.mustRun("ip link add link eth1 name mac1 type macvlan mode bridge".split(" "));
		const network = site.router.readFile("/etc/config/network");
		await site.router.setConfig("network", `${network}${twinInterface}`);
		await until("wanc is known", async () => (await polywan.uplink("wanc")).ipv4 !== null, {
			timeoutMs: 30_000,
		});
		await site.router.mustRun(["/etc/init.d/firewall", "reload"]);
		await polywan.untilState("up", "wan", "wanb", "wanc");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(
		() => ({ site, polywan }),
		config,
		() => site.router.run(["ip", "route", "flush", "root", "10.0.0.0/8"]),
	);

	const own = (uplink: string) => site.uplink(uplink).lease.ipv4.address;
	const seen = (number: number) => seenFrom(site.host(0), server(number).ipv4);

	it("tells uplinks apart that share cable, network and gateway", async () => {
		expect(await seen(1)).toBe(own("wan"));
		expect(await seen(2)).toBe(twin);
		expect(await seenFrom(site.router, server(2).ipv4)).toBe(twin);
		await polywan.run("down", "wan");
		await polywan.run("down", "wanb");
		expect(await seen(1)).toBe(twin);
		await polywan.run("auto", "wan");
		await polywan.run("auto", "wanb");
		expect(await seen(1)).toBe(own("wan"));
	});

	it("follows a session that is dialled again, with another device and address", async () => {
		expect(await seen(3)).toBe(own("wanb"));
		const before = own("wanb");
		await site.uplink("wanb").redial(site.router.network);
		await until(
			"wanb has its new address",
			async () => {
				const { ipv4 } = await polywan.uplink("wanb");
				return ipv4?.addresses.includes(own("wanb"));
			},
			{ timeoutMs: 30_000 },
		);
		expect(own("wanb")).not.toBe(before);
		await polywan.untilState("up", "wanb");
		await until("nothing differs", async () => (await polywan.run("diff")).code === 0, { timeoutMs: 30_000 });
		expect(await seen(3)).toBe(own("wanb"));
	});

	it("has no work with a full table of others' routes, and starts beside it", async () => {
		const pid = await polywan.pid();
		const cpuMs = (of: number) =>
			Number(readFileSync(`${site.router.rootPath}/proc/${of}/schedstat`, "utf8").split(" ")[0]) / NS_PER_MS;
		const routes = Array.from(
			{ length: ROUTES },
			(_, n) => `10.${n >> 14}.${(n >> 6) & 255}.${(n & 63) << 2}/30`,
		);
		const before = cpuMs(pid);
		await site.router.mustRun(["ip", "-batch", "-"], {
			input: routes.map((network) => `route replace ${network} via 100.64.1.1\n`).join(""),
			timeoutMs: 50_000,
		});
		expect(cpuMs(pid) - before).toBeLessThan(200);
		await site.router.mustRun(["/etc/init.d/polywan", "restart"]);
		await until("polywan is on the bus", async () => (await site.router.bus.list("polywan")).length > 0, {
			timeoutMs: 30_000,
		});
		await polywan.untilState("up", "wan", "wanb", "wanc");
		await until("nothing differs", async () => (await polywan.run("diff")).code === 0, { timeoutMs: 30_000 });
		expect(cpuMs(await polywan.pid())).toBeLessThan(1500);
		expect(await seen(1)).toBe(own("wan"));
	});

	it("names the uplinks that it has no room for, and those on one device, and goes on with the others", async () => {
		const more = Array.from({ length: 9 }, (_, index) => [`more${index + 1}`, { tier: "9" }]);
		const many = { ...uplinks, wand: { tier: "9" }, ...Object.fromEntries(more) };
		const globals = { mark_mask: "0x0f000000" };
		await site.router.setConfig(
			"polywan",
			renderPolywanConfig({ globals, uplinks: many, rules, patient: true }),
		);
		await polywan.run("reload");
		await until("it is told what there is no room for", async () => {
			const { problems } = await polywan.status();
			const left = problems.filter(({ message }) => message.includes("there is room for 11 only"));
			expect(left.map(({ section }) => section)).toEqual(["more8", "more9"]);
			return true;
		});
		await polywan.untilState("up", "wan", "wanb", "wanc");
		expect(await seen(1)).toBe(own("wan"));
		expect(await seen(2)).toBe(twin);
		const wide = renderPolywanConfig({ uplinks: many, rules, patient: true });
		await site.router.setConfig("polywan", wide);
		await polywan.run("reload");
		const isTold = async () =>
			(await polywan.status()).problems.some(
				({ section, message }) => section === "wand" && message.includes("eth1 carries uplink 'wan', too"),
			);
		await until("it is told that eth1 is shared", isTold);
	});
});

const sharing = `
config interface 'wanb'
	option device 'eth1'
	option proto 'static'
	option ipaddr '100.64.1.4/24'
	option gateway '100.64.1.1'
	option metric '20'

config interface 'wanc'
	option device 'eth1'
	option proto 'static'
	option ipaddr '100.64.9.2/24'
	option gateway '100.64.9.1'
	option metric '30'
`;

/** On eth1: wan, wanb in its network with its gateway, and wanc in another network with another gateway. */
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"several uplinks on one device with %s",
	(firewall) => {
		const addresses = { wan: "100.64.1.2", wanb: "100.64.1.4", wanc: "100.64.9.2" };
		const names = ["wan", "wanb", "wanc"] as const;
		let site: Site;
		let polywan: Polywan;
		const config = renderPolywanConfig({
			patient: true,
			uplinks,
			rules: {
				to_2: { dest_ip: [server(2).ipv4], target: "wanb" },
				to_3: { dest_ip: [server(3).ipv4], target: "wanc" },
			},
		});

		beforeAll(async () => {
			site = await Site.build({
				uplinks: { wan: { ipv6: false } },
				firewall,
				files: { "/etc/config/firewall": firewallConfig(names.map((name) => ({ name }))) },
				daemon: true,
				config,
			});
			polywan = new Polywan(site);
			await site.uplink("wan").isp.ip(["addr add 100.64.9.1/24 dev cable"]);
			await site.internet.network.ip(["route add 100.64.9.0/24 dev isp1"]);
			const network = site.router.readFile("/etc/config/network");
			await site.router.setConfig("network", `${network}${sharing}`);
			await until("wanc is known", async () => (await polywan.uplink("wanc")).ipv4 !== null, {
				timeoutMs: 30_000,
			});
			await site.router.mustRun(["/etc/init.d/firewall", "reload"]);
			await polywan.untilState("up", ...names);
		});
		afterAll(() => site?.close());
		tidyBeforeRetry(
			() => ({ site, polywan }),
			config,
			async () => {
				for (const name of names) await polywan.run("auto", name);
			},
		);

		const seenBy = (who: Parameters<typeof seenFrom>[0], number: number) =>
			seenFrom(who, server(number).ipv4);

		it("sends what is forwarded, and its own, from the address of the uplink that it goes by", async () => {
			for (const who of [site.host(0), site.router]) {
				expect(await seenBy(who, 1)).toBe(addresses.wan);
				expect(await seenBy(who, 2)).toBe(addresses.wanb);
				expect(await seenBy(who, 3)).toBe(addresses.wanc);
			}
			await until("nothing differs", async () => (await polywan.run("diff")).code === 0, {
				timeoutMs: 30_000,
			});
		});

		it("moves on to the others where one is down", async () => {
			for (const [down, next] of [
				["wan", "wanb"],
				["wanb", "wanc"],
			] as const) {
				await polywan.run("down", down);
				for (const who of [site.host(0), site.router]) expect(await seenBy(who, 1)).toBe(addresses[next]);
			}
			await polywan.run("auto", "wan");
			await polywan.run("auto", "wanb");
		});

		it("answers what comes in by the uplink whose address it is for", async () => {
			const from = server(6).ipv4;
			for (const name of names) {
				const { code } = await site.internet.network.run([
					"ping",
					"-c1",
					"-W10",
					"-I",
					from,
					addresses[name],
				]);
				expect(code, name).toBe(0);
			}
			const answer = await site.router.ubus("polywan", "connections", { source: from });
			const connections = answer.connections as { uplink: string; destination: string }[];
			const found = connections.map(({ uplink, destination }) => [uplink, destination]).sort();
			expect(found).toEqual(names.map((name) => [name, addresses[name]]));
		});
	},
);
