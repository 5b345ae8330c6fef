import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
/** Numbers of the servers that are each uplink's name servers. */
const resolver = { wan: 6, wanb: 7 } as const;

/** Providers whose name servers answer their own customers alone, as most do. */
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"name servers of uplinks with %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;

		beforeAll(async () => {
			const uplinks = { wan: { nameServer: resolver.wan }, wanb: { nameServer: resolver.wanb } };
			site = await Site.build({ firewall, uplinks, daemon: true, config: renderPolywanConfig() });
			polywan = new Polywan(site);
			for (const uplink of ["wan", "wanb"] as const) await refuseOthers(uplink);
			await polywan.untilState("up", "wan", "wanb");
		});
		afterAll(() => site?.close());

		const own = (uplink: "wan" | "wanb", family: "ipv4" | "ipv6") =>
			site.uplink(uplink).lease[family]?.address;

		/** Over this line the other's name server does not answer. */
		async function refuseOthers(uplink: "wan" | "wanb"): Promise<void> {
			const { ipv4, ipv6 } = server(resolver[uplink === "wan" ? "wanb" : "wan"]);
			for (const address of [ipv4, ipv6]) await site.uplink(uplink).dropAddress(address);
		}

		it.each(families)("are reached over the uplink that they belong to: %s", async (family) => {
			expect(await seenFrom(site.router, server(resolver.wan)[family])).toBe(own("wan", family));
			expect(await seenFrom(site.router, server(resolver.wanb)[family])).toBe(own("wanb", family));
			expect(await seenFrom(site.router, server(2)[family])).toBe(own("wan", family));
		});
	},
);
