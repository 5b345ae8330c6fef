import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

const config = renderPolywanConfig({
	rules: {
		urgent: { dscp: ["EF"], target: "blackhole" },
		noted: { log: "1", dest_ip: Object.values(server(2)), target: "wanb" },
		simple: { dest_ip: Object.values(server(3)), target: "wanb" },
	},
});

/** A program that refuses what a kernel without these modules refuses. */
const without = (real: string, ...refused: string[]) => `#!/bin/sh
input=$(cat)
case "$input" in
${refused.map((text) => `*"${text}"*`).join("|")}) echo "No such file or directory" >&2; exit 1 ;;
esac
printf '%s\\n' "$input" | ${real} "$@"
`;

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"a kernel that lacks something, %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;

		beforeAll(async () => {
			site = await Site.build({ firewall, daemon: true, config: renderPolywanConfig() });
			polywan = new Polywan(site);
			await polywan.untilState("up", "wan", "wanb");
			const programs = firewall === "nftables" ? ["nft"] : ["iptables-restore", "ip6tables-restore"];
			for (const program of programs) {
				const path = (await site.router.mustRun(["which", program])).trim();
				await site.router.mustRun(["mkdir", "-p", "/usr/lib/real"]);
				await site.router.mustRun(["mv", path, `/usr/lib/real/${program}`]);
				site.router.writeFile(
					path,
					without(`/usr/lib/real/${program}`, "dscp", "log prefix", "-j LOG"),
					0o755,
				);
			}
		});
		afterAll(() => site?.close());

		const own = (uplink: string) => site.uplink(uplink).lease.ipv4.address;

		it("has the rules that can be done, without what cannot, and says so", async () => {
			await site.router.setConfig("polywan", config);
			await until("the rules are in force", async () => {
				const { apply, rules } = await polywan.status();
				return apply.ok && rules.map(({ active }) => active).join() === "false,true,true";
			});
			await until(
				"server 2 is reached by wanb",
				async () => (await seenFrom(site.host(0), server(2).ipv4)) === own("wanb"),
			);
			expect(await seenFrom(site.host(0), server(3).ipv4)).toBe(own("wanb"));
			const { problems } = await polywan.status();
			expect(problems).toMatchObject([
				{ section: "urgent", option: "dscp", message: expect.stringContaining("the rule is left out") },
				{ section: "noted", option: "log", message: expect.stringContaining("the rule works without it") },
			]);
		});
	},
);
