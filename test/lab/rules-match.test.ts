import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lan, server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
const to = (number: number) => Object.values(server(number));
const mac = "02:00:00:00:00:05";

/** Where everything else goes: wan. */
const config = renderPolywanConfig({
	rules: {
		later: { dest_ip: to(7), target: "blackhole", priority: "2000" },
		phone: { src_mac: ["02:00:00:00:00:06", mac], dest_ip: to(2), target: "wanb", log: "1" },
		other_phones: { src_mac: [`!${mac}`], dest_ip: to(3), target: "wanb" },
		urgent: { dscp: ["EF", "CS5"], dest_ip: to(4), target: "wanb" },
		marked: { mark: ["0x10/0xf0"], dest_ip: to(5), target: "wanb" },
		zone: { src_zone: ["lan"], dest_ip: to(6), target: "wanb" },
		not_here: {
			src_ip: [lan.network.ipv4, lan.network.ipv6, `!${lan.host(0).ipv4}`, "! fd00:1::100-fd00:1::1ff"],
			dest_ip: to(7),
			target: "unreachable",
		},
		sooner: { dest_ip: to(7), target: "wanb", priority: "1500" },
		ping: { icmp_type: ["echo-request"], dest_ip: to(8), target: "wanb" },
		program: { user: ["daemon"], dest_ip: to(9), target: "wanb" },
		waits: { user: ["nobody_of_this_name"], target: "blackhole" },
	},
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("what rules match, with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config, lan: { hosts: 2 } });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
		await site.host(0).network.ip([`link set eth0 address ${mac}`]);
		const marking = `table inet others { chain in { type filter hook prerouting priority -300;
			ip daddr ${server(5).ipv4} meta mark set 0x15; ip6 daddr ${server(5).ipv6} meta mark set 0x15; }; }`;
		await site.router.mustRun(["nft", "-f", "-"], { input: marking });
	});
	afterAll(() => site?.close());

	const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;

	it.each(families)("the sender's hardware address, and any but one: %s", async (family) => {
		expect(await seenFrom(site.host(0), server(2)[family])).toBe(own("wanb", family));
		expect(await seenFrom(site.host(1), server(2)[family])).toBe(own("wan", family));
		expect(await seenFrom(site.host(0), server(3)[family])).toBe(own("wan", family));
		expect(await seenFrom(site.host(1), server(3)[family])).toBe(own("wanb", family));
	});

	it.each(families)("DSCP, and marks that others set: %s", async (family) => {
		const host = site.host(1);
		expect(await seenFrom(host, server(4)[family])).toBe(own("wan", family));
		await host.mustRun(["nft", "-f", "-"], {
			input:
				"table inet dscp { chain out { type filter hook output priority 0; ip dscp set ef; ip6 dscp set ef; }; }",
		});
		try {
			expect(await seenFrom(host, server(4)[family])).toBe(own("wanb", family));
		} finally {
			await host.mustRun(["nft", "delete", "table", "inet", "dscp"]);
		}
		expect(await seenFrom(host, server(5)[family])).toBe(own("wanb", family));
	});

	it.each(families)("the firewall zone, and not the router itself: %s", async (family) => {
		expect(await seenFrom(site.host(0), server(6)[family])).toBe(own("wanb", family));
		expect(await seenFrom(site.router, server(6)[family])).toBe(own("wan", family));
	});

	it.each(families)("networks without some of their addresses, and rules by priority: %s", async (family) => {
		const refusedAtOnce = 7;
		expect(await seenFrom(site.host(0), server(7)[family])).toBe(own("wanb", family));
		const other = family === "ipv4" ? "192.168.1.200" : "fd00:1::99";
		await site.host(1).network.ip([`addr replace ${other}/${family === "ipv4" ? 24 : "64 nodad"} dev eth0`]);
		const address = family === "ipv4" ? server(7).ipv4 : `[${server(7).ipv6}]`;
		const { code } = await site
			.host(1)
			.run(["curl", "-s", "-g", "-m", "5", "--interface", other, `http://${address}/`]);
		expect(code).toBe(refusedAtOnce);
	});

	it.each(families)("the programs of a user of the router: %s", async (family) => {
		const asDaemon = ["setpriv", "--reuid", "daemon", "--clear-groups"];
		expect(await seenFrom(site.router, server(9)[family], ...asDaemon)).toBe(own("wanb", family));
		expect(await seenFrom(site.router, server(9)[family])).toBe(own("wan", family));
	});

	it("counts what each rule took, and says what a rule waits for", async () => {
		type Counted = { rules: { name: string; connections: number; bytes: number }[] };
		const count = async () => JSON.parse((await polywan.run("rules", "--json")).stdout) as Counted;
		const before = await count();
		for (const family of families) {
			await site.host(0).run(["ping", "-c", "1", "-W", "1", server(8)[family]]);
			await site.host(0).run(["ping", "-c", "1", "-W", "1", server(8)[family]]);
			await seenFrom(site.host(0), server(2)[family]);
		}
		const rules = (await polywan.status()).rules;
		expect(rules.filter(({ active }) => !active).map(({ name }) => name)).toEqual(["waits"]);
		const after = await count();
		const more = (name: string, what: "connections" | "bytes") => {
			const [now, then] = [after, before].map((counted) => counted.rules.find((rule) => rule.name === name));
			return (now?.[what] ?? Number.NaN) - (then?.[what] ?? Number.NaN);
		};
		expect(more("ping", "connections")).toBe(4);
		expect(more("ping", "bytes")).toBeGreaterThan(4 * 50);
		expect(more("waits", "connections")).toBe(0);
		expect(more("phone", "connections")).toBe(2);
		const { problems } = await polywan.status();
		expect(problems).toMatchObject([{ section: "waits", option: "user", severity: "warning" }]);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
	});

	it("a rule that waits for a zone is in force when the firewall has it", async () => {
		const zone = "\nconfig zone\n\toption name 'cave'\n\tlist network 'lan'\n";
		const firewallConfig = site.router.readFile("/etc/config/firewall").replace(zone, "");
		await site.router.setConfig("firewall", firewallConfig);
		site.router.writeFile(
			"/etc/config/polywan",
			`${config}\nconfig rule 'cave'\n\toption src_zone 'cave'\n\toption dest_ip '${server(4).ipv4}'\n\toption target 'blackhole'\n`,
		);
		await polywan.run("reload");
		const isActive = async () =>
			(await polywan.status()).rules.find(({ name }) => name === "cave")?.active ?? false;
		await until("it waits", async () => !(await isActive()));
		await site.router.setConfig("firewall", `${firewallConfig}${zone}`);
		await until("the rule is in force", isActive);
		const timedOut = 28;
		const ask = ["curl", "-s", "-m", "2", `http://${server(4).ipv4}/`];
		const isTimedOut = async () => (await site.host(0).run(ask)).code === timedOut;
		await until("the rule's packets go nowhere", isTimedOut);
	});
});
