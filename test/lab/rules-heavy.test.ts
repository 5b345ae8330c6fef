import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
const config = renderPolywanConfig({ rules: { bulk: { heavy: "100k", target: "wanb" } } });

/** Sends so many bytes to the echo server and waits until all have come back. */
const echo = (address: string, bytes: number) => [
	process.execPath,
	"-e",
	`let left = ${bytes};
const socket = require("net").connect(7, "${address}", () => socket.write(Buffer.alloc(left)));
socket.on("data", (data) => { left -= data.length; if (left === 0) socket.end(); });`,
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

		it.skipIf(firewall === "iptables").each(families)(
			"later ones of the same source to the same destination match: %s",
			async (family) => {
				const host = site.host(0);
				expect(await seenFrom(host, server(2)[family])).toBe(own("wan", family));
				await host.mustRun(echo(server(2)[family], 20_000));
				expect(await seenFrom(host, server(2)[family])).toBe(own("wan", family));
				await host.mustRun(echo(server(2)[family], 200_000));
				expect(await seenFrom(host, server(2)[family])).toBe(own("wanb", family));
				expect(await seenFrom(host, server(3)[family])).toBe(own("wan", family));
				expect(await seenFrom(site.host(1), server(2)[family])).toBe(own("wan", family));
				expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
			},
		);

		it.skipIf(firewall === "nftables")("are left out where that cannot be done, which is said", async () => {
			const { problems } = await polywan.status();
			expect(problems).toMatchObject([{ section: "bulk", option: "heavy", severity: "warning" }]);
			await site.host(0).mustRun(echo(server(2).ipv4, 200_000));
			expect(await seenFrom(site.host(0), server(2).ipv4)).toBe(own("wan", "ipv4"));
		});
	},
);
