import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;

const config = renderPolywanConfig({
	rules: {
		far: { dest_set: ["far4", "far6"], target: "wanb" },
		near: { src_set: ["!guests"], dest_ip: Object.values(server(3)), target: "wanb" },
		other: { dest_ip: Object.values(server(4)), target: "wanb" },
	},
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"rules with sets of others, %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;

		beforeAll(async () => {
			site = await Site.build({ firewall, daemon: true, config });
			polywan = new Polywan(site);
			await polywan.untilState("up", "wan", "wanb");
		});
		afterAll(() => site?.close());

		const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;
		const isActive = async (name: string) =>
			(await polywan.status()).rules.find((rule) => rule.name === name)?.active ?? false;

		async function make(name: string, family: 4 | 6, ...elements: string[]): Promise<void> {
			const input =
				firewall === "nftables"
					? `table inet fw4 { set ${name} { type ipv${family}_addr; flags interval; }; }
					add element inet fw4 ${name} { ${elements.join(", ")} }\n`
					: [
							`create ${name} hash:net family ${family === 4 ? "inet" : "inet6"}`,
							...elements.map((element) => `add ${name} ${element}`),
							"",
						].join("\n");
			const argv = firewall === "nftables" ? ["nft", "-f", "-"] : ["ipset", "-exist", "restore"];
			await site.router.mustRun(argv, { input });
		}

		it("wait for them, and leave the others alone", async () => {
			expect(await isActive("far")).toBe(false);
			const { problems } = await polywan.status();
			expect(problems.map(({ section, option, value }) => [section, option, value])).toEqual([
				["far", "dest_set", "far4"],
				["near", "src_set", "guests"],
			]);
			for (const family of families) {
				expect(await seenFrom(site.host(0), server(2)[family])).toBe(own("wan", family));
				expect(await seenFrom(site.host(0), server(4)[family])).toBe(own("wanb", family));
			}
		});

		it("are put in when the sets appear, and follow what they hold", async () => {
			await make("far4", 4, "203.0.113.1", "203.0.113.2");
			await make("far6", 6, "2001:db8:ffff::2/127");
			await make("guests", 4, "192.168.1.0/24");
			await until("the rules are in force", async () => (await isActive("far")) && (await isActive("near")));
			const goesBy = (uplink: string, number: number) => async () => {
				const seen = await Promise.all(
					families.map(
						async (family) => (await seenFrom(site.host(0), server(number)[family])) === own(uplink, family),
					),
				);
				return seen.every((isSeen) => isSeen);
			};
			await until("server 2 is reached by wanb", goesBy("wanb", 2));
			expect(await seenFrom(site.host(0), server(3).ipv4)).toBe(own("wan", "ipv4"));
			expect(await seenFrom(site.host(0), server(3).ipv6)).toBe(own("wanb", "ipv6"));
			expect((await polywan.status()).problems).toEqual([]);
			const removal =
				firewall === "nftables"
					? ["nft", "delete", "element", "inet", "fw4", "far4", "{ 203.0.113.2 }"]
					: ["ipset", "del", "far4", "203.0.113.2"];
			await site.router.mustRun(removal);
			await until(
				"server 2 is reached by wan",
				async () => (await seenFrom(site.host(0), server(2).ipv4)) === own("wan", "ipv4"),
			);
			expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		});
	},
);
