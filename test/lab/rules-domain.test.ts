import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { resolveAtHost, startNameServer } from "./name-server.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;

const config = renderPolywanConfig({
	rules: {
		films: { domain: ["server2.lab"], target: "wanb" },
		calls: { app: ["lab_calls"], target: "wanb" },
		work: { app: ["lab_work"], target: "wanb" },
	},
});

const apps = JSON.stringify({
	lab_calls: {
		category: "voice",
		domains: ["server5.lab"],
		networks: ["203.0.113.6/32", "2001:db8:ffff::6/128"],
	},
	lab_mail: { category: "lab_work", ports: ["tcp 9"], domains: ["server7.lab"] },
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("rules by name with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({
			firewall,
			files: { "/etc/polywan/apps.d/lab.json": apps },
			config: renderPolywanConfig(),
			daemon: true,
		});
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
		await startNameServer(site);
		await until(
			"the router resolves names",
			async () => (await resolveAtHost(site, "server1.lab", "ipv4")) !== null,
		);
	});
	afterAll(() => site?.close());

	const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;
	const goesBy = async (uplink: string, number: number) => {
		const seen = await Promise.all(families.map((family) => seenFrom(site.host(0), server(number)[family])));
		return seen.every((source, index) => source === own(uplink, families[index] ?? "ipv4"));
	};

	it("know the name itself in both families before anybody asked, and what is below it as soon as somebody does", async () => {
		expect(await goesBy("wan", 2)).toBe(true);
		await site.router.setConfig("polywan", config);
		await polywan.run("reload");
		await until("server2.lab is reached by wanb", () => goesBy("wanb", 2));
		await until(
			"dnsmasq knows the sets",
			async () =>
				(
					await site.router.run(["grep", "-c", "server2.lab", "/tmp/dnsmasq.cfg01411c.d/polywan.conf"])
				).stdout.trim() === "1",
		);
		expect(await goesBy("wan", 3)).toBe(true);
		await until("at3.server2.lab is resolved", async () => {
			const found = await Promise.all(
				families.map((family) => resolveAtHost(site, "at3.server2.lab", family)),
			);
			return found[0] === server(3).ipv4 && found[1] === server(3).ipv6;
		});
		expect(await goesBy("wanb", 3)).toBe(true);
		expect(await goesBy("wan", 4)).toBe(true);
		expect((await polywan.status()).problems).toEqual([]);
	});

	it("know applications by names, networks and ports", async () => {
		await until("server5.lab is reached by wanb", () => goesBy("wanb", 5));
		expect(await goesBy("wanb", 6)).toBe(true);
	});

	it("keep what they know over a reload", async () => {
		site.router.writeFile(
			"/etc/config/polywan",
			`${config}\nconfig rule 'more'\n\toption dest_ip '${server(9).ipv4}'\n\toption target 'wanb'\n`,
		);
		await polywan.run("reload");
		expect(await goesBy("wanb", 3)).toBe(true);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		const events = await polywan.events();
		expect(events.filter(({ kind }) => kind === "repair")).toEqual([]);
	});

	it("leave dnsmasq as it was when polywan stops, and come back with it", async () => {
		const { stdout: before } = await site.router.run(["ls", "/tmp/dnsmasq.cfg01411c.d"]);
		expect(before.trim()).toBe("polywan.conf");
		await site.router.mustRun(["/etc/init.d/polywan", "stop"]);
		const { stdout } = await site.router.run(["ls", "/tmp/dnsmasq.cfg01411c.d"]);
		expect(stdout.trim()).toBe("");
		await site.router.mustRun(["/etc/init.d/polywan", "start"]);
		await polywan.untilState("up", "wan", "wanb");
		await until("server2.lab is reached by wanb", () => goesBy("wanb", 2));
	});

	it("leave dnsmasq as it was when the last of them goes", async () => {
		await site.router.setConfig("polywan", renderPolywanConfig());
		await polywan.run("reload");
		await until(
			"the file is gone",
			async () => (await site.router.run(["ls", "/tmp/dnsmasq.cfg01411c.d"])).stdout.trim() === "",
		);
		await until(
			"names are resolved again",
			async () => (await resolveAtHost(site, "server1.lab", "ipv4")) !== null,
		);
		expect(await goesBy("wan", 3)).toBe(true);
	});
});
