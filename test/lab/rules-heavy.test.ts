import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
const config = renderPolywanConfig({ rules: { bulk: { heavy: "100k", target: "wanb" } } });

/** One connection with so many requests, each of which takes some 200 bytes there and back. */
const browse = (address: string, requests: number) => [
	process.execPath,
	"-e",
	`const ask = (last) => "GET / HTTP/1.1\\r\\nHost: there\\r\\nConnection: " + (last ? "close" : "keep-alive") + "\\r\\n\\r\\n";
const text = ask(false).repeat(${requests - 1}) + ask(true);
require("net").connect(80, "${address}", function () { this.write(text); }).resume();`,
];

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"rules for heavy connections, %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;

		beforeAll(async () => {
			site = await Site.build({ firewall, daemon: true, config, lan: { hosts: 2 } });
			polywan = new Polywan(site);
			await polywan.untilState("up", "wan", "wanb");
		});
		afterAll(() => site?.close());

		const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;

		it.each(families)("later ones of the same source to the same destination match: %s", async (family) => {
			const host = site.host(0);
			expect(await seenFrom(host, server(2)[family])).toBe(own("wan", family));
			await host.mustRun(browse(server(2)[family], 50));
			expect(await seenFrom(host, server(2)[family])).toBe(own("wan", family));
			await host.mustRun(browse(server(2)[family], 2000));
			expect(await seenFrom(host, server(2)[family])).toBe(own("wanb", family));
			expect(await seenFrom(host, server(3)[family])).toBe(own("wan", family));
			expect(await seenFrom(site.host(1), server(2)[family])).toBe(own("wan", family));
			expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		});

		it.skipIf(firewall === "nftables")(
			"and to the same port, where that is all the kernel can do",
			async () => {
				const { problems } = await polywan.status();
				expect(problems).toMatchObject([{ section: "bulk", option: "heavy", severity: "warning" }]);
				expect(problems[0]?.message).toContain("port");
			},
		);
	},
);
