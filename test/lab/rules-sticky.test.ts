import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
const to = (...numbers: number[]) => numbers.flatMap((number) => Object.values(server(number)));

const config = renderPolywanConfig({
	globals: { rule_log_level: "debug" },
	uplinks: { wan: {}, wanb: {} },
	policies: { balanced: { mode: "weighted" } },
	rules: {
		bank: { dest_ip: to(1, 2, 3, 4), sticky: "1", target: "balanced" },
		pairs: {
			dest_ip: to(5, 6, 7),
			sticky: "1",
			sticky_key: "source_destination",
			log: "1",
			target: "balanced",
		},
	},
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("sticky rules with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config, lan: { hosts: 4 } });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;

	/** Sources seen by `count` connections of a host, to servers in turn. */
	async function seen(host: number, family: "ipv4" | "ipv6", numbers: readonly number[], count: number) {
		const sources = new Set<unknown>();
		for (let n = 0; n < count; n++)
			sources.add(await seenFrom(site.host(host), server(numbers[n % numbers.length] ?? 1)[family]));
		return [...sources];
	}

	it.each(families)("hold each source on one uplink, and spread the sources: %s", async (family) => {
		const uplinks = [];
		for (const host of [0, 1, 2, 3]) {
			const sources = await seen(host, family, [1, 2, 3, 4], 8);
			expect(sources).toHaveLength(1);
			uplinks.push(sources[0]);
		}
		for (const uplink of ["wan", "wanb"])
			expect(uplinks.filter((source) => source === own(uplink, family))).toHaveLength(2);
	});

	it("also over a reload that changes other rules, and when somebody else marks the packets", async () => {
		const [before] = await seen(0, "ipv4", [1], 1);
		site.router.writeFile(
			"/etc/config/polywan",
			`${config}\nconfig rule 'more'\n\toption dest_ip '${server(9).ipv4}'\n\toption target 'wan'\n`,
		);
		await polywan.run("reload");
		expect(await seen(0, "ipv4", [1, 2, 3], 6)).toEqual([before]);
		const marking = `table inet others { chain in { type filter hook prerouting priority -300; meta mark set 0x15; }; }`;
		await site.router.mustRun(["nft", "-f", "-"], { input: marking });
		expect(await seen(0, "ipv4", [1, 2, 3], 6)).toEqual([before]);
		await site.router.mustRun(["nft", "delete", "table", "inet", "others"]);
	});

	it("also when the daemon is started anew", async () => {
		const [before] = await seen(0, "ipv4", [1], 1);
		const [other] = await seen(2, "ipv4", [1], 1);
		const pid = await polywan.pid();
		await site.router.mustRun(["/etc/init.d/polywan", "restart"]);
		await until("another daemon runs", async () => (await polywan.pid()) !== pid);
		await until("it is on the bus", async () => (await polywan.status()).apply.ok);
		await polywan.untilState("up", "wan", "wanb");
		expect(await seen(0, "ipv4", [1, 2, 3], 6)).toEqual([before]);
		expect(await seen(2, "ipv4", [1, 2, 3], 6)).toEqual([other]);
	});

	it("also when the daemon was killed while shares were other than it had saved", async () => {
		const [before] = await seen(0, "ipv4", [1], 1);
		const pid = await polywan.pid();
		await site.router.mustRun(["kill", "-STOP", String(pid)]);
		// What a mode that follows measurements does fifty times a second.
		if (firewall === "nftables") {
			const map = /map (s_\S+_4) /.exec(
				await site.router.mustRun(["nft", "list", "table", "inet", "polywan"]),
			)?.[1];
			const change = `delete element inet polywan ${map} { 0 }; add element inet polywan ${map} { 0 : goto u2 }`;
			await site.router.mustRun(["nft", change]);
		}
		await site.router.mustRun(["kill", "-9", String(pid)]);
		await until("there is another daemon", async () => (await polywan.pid()) !== pid);
		await until("it is on the bus", async () => (await site.router.bus.list("polywan")).length > 0);
		await polywan.untilState("up", "wan", "wanb");
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		expect(await seen(0, "ipv4", [1, 2, 3], 6)).toEqual([before]);
		if (firewall === "nftables")
			expect(await site.router.mustRun(["nft", "list", "table", "inet", "polywan"])).toMatch(
				/192\.168\.1\.102 .*expires/,
			);
	});

	it.each(families)(
		"leave an uplink that dies, stay on the other, and come back to no old entry: %s",
		async (family) => {
			const [before] = await seen(0, family, [1], 1);
			const [dying, other] = before === own("wan", family) ? ["wan", "wanb"] : ["wanb", "wan"];
			await polywan.run("down", dying ?? "");
			expect(await seen(0, family, [1, 2, 3, 4], 6)).toEqual([own(other ?? "", family)]);
			await polywan.run("auto", dying ?? "");
			await until("both uplinks are in use", async () => {
				const shares = (await polywan.status()).policies[0]?.[family] ?? [];
				return shares.length === 2;
			});
			expect(await seen(0, family, [1, 2, 3, 4], 6)).toEqual([own(other ?? "", family)]);
		},
	);

	it("hold pairs of source and destination; where the port counts, too, they say so", async () => {
		const { problems } = await polywan.status();
		if (firewall === "iptables") expect(problems).toMatchObject([{ section: "pairs", option: "sticky_key" }]);
		else expect(problems).toEqual([]);
		for (const number of [5, 6, 7]) expect(await seen(1, "ipv4", [number], 4)).toHaveLength(1);
		expect(await seen(1, "ipv4", [5, 6, 7], 9)).toHaveLength(2);
	});

	it("leave nothing behind", async () => {
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		await site.router.mustRun(["/etc/init.d/polywan", "stop"]);
		expect((await site.router.run(["nft", "list", "tables"])).stdout).not.toContain("polywan");
		expect((await site.router.run(["ipset", "list", "-n"])).stdout).toBe("");
	});
});
