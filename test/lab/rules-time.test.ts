import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
const to = (number: number) => Object.values(server(number));

/** A time zone in which it is `minuteOfDay` now: minutes after midnight in UTC plus its offset. */
function zoneAt(minuteOfDay: number): string {
	const now = new Date();
	const west = (now.getUTCHours() * 60 + now.getUTCMinutes() - minuteOfDay + 2880) % 1440;
	return `LAB${Math.floor(west / 60)}:${String(west % 60).padStart(2, "0")}`;
}

const noon = 12 * 60;

const config = renderPolywanConfig({
	rules: {
		now: { schedule: ["11:00-13:00"], timezone: zoneAt(noon), dest_ip: to(2), target: "wanb" },
		later: { schedule: ["11:00-13:00"], timezone: zoneAt(noon + 120), dest_ip: to(3), target: "wanb" },
		overnight: { schedule: ["23:00-01:00"], timezone: zoneAt(5), dest_ip: to(4), target: "wanb" },
		lunch: { schedule: ["!11:30-12:30"], timezone: zoneAt(noon), dest_ip: to(5), target: "wanb" },
		routers: { schedule: ["11:00-13:00"], dest_ip: to(6), target: "wanb" },
	},
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("rules with a time, %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		const system = `config system\n\toption timezone '${zoneAt(noon + 300)}'\n`;
		site = await Site.build({ firewall, daemon: true, config, files: { "/etc/config/system": system } });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;

	it.each(families)(
		"are in force in their time, also across midnight, and not in exceptions: %s",
		async (family) => {
			const expected = { 2: "wanb", 3: "wan", 4: "wanb", 5: "wan", 6: "wan" } as const;
			for (const [number, uplink] of Object.entries(expected))
				expect(await seenFrom(site.host(0), server(Number(number))[family]), number).toBe(
					own(uplink, family),
				);
		},
	);

	it("say that they wait, and follow the router's time zone", async () => {
		const waiting = async () =>
			(await polywan.status()).rules.filter(({ active }) => !active).map(({ name }) => name);
		expect(await waiting()).toEqual(["later", "lunch", "routers"]);
		await site.router.setConfig("system", `config system\n\toption timezone '${zoneAt(noon)}'\n`);
		await until("the rule is in force", async () => !(await waiting()).includes("routers"));
		await until(
			"server 6 is reached by wanb",
			async () => (await seenFrom(site.host(0), server(6).ipv4)) === own("wanb", "ipv4"),
		);
	});
});
