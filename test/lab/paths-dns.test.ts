import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { seenFrom } from "./seen-from.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;
/** Numbers of the servers that are each uplink's name servers. */
const resolver = { wan: 6, wanb: 7 } as const;

const dnsmasq = ["dnsmasq", "-k", "-u", "root", "--no-hosts", "--cache-size=0", "--port=53"];

/** Providers whose name servers answer their own customers alone, as most do. */
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"name servers of uplinks with %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;
		const config = renderPolywanConfig();

		beforeAll(async () => {
			const uplinks = { wan: { nameServer: resolver.wan }, wanb: { nameServer: resolver.wanb } };
			site = await Site.build({ firewall, uplinks, daemon: true, config });
			polywan = new Polywan(site);
			for (const uplink of ["wan", "wanb"] as const) await refuseOthers(uplink);
			await polywan.untilState("up", "wan", "wanb");
			site.router
				.spawn([...dnsmasq, "--resolv-file=/tmp/resolv.conf.d/resolv.conf.auto"])
				.stderr?.on("data", (chunk) => process.stderr.write(chunk));
			await until("the router resolves names", async () => (await resolve()) !== null, { timeoutMs: 30_000 });
		});
		afterAll(() => site?.close());
		tidyBeforeRetry(
			() => ({ site, polywan }),
			config,
			async () => {
				for (const uplink of ["wan", "wanb"] as const) await refuseOthers(uplink);
			},
		);

		const own = (uplink: "wan" | "wanb", family: "ipv4" | "ipv6") =>
			site.uplink(uplink).lease[family]?.address;

		const inForce = () =>
			until("nothing differs", async () => (await polywan.run("diff")).code === 0, { timeoutMs: 30_000 });

		/** Over this line the other's name server does not answer. */
		async function refuseOthers(uplink: "wan" | "wanb"): Promise<void> {
			const { ipv4, ipv6 } = server(resolver[uplink === "wan" ? "wanb" : "wan"]);
			for (const address of [ipv4, ipv6]) await site.uplink(uplink).dropAddress(address);
		}

		/** Asks the router once: what is not answered at once is not answered at all. */
		async function resolve(): Promise<string | null> {
			const program = `const resolver = new (require("dns").Resolver)({ timeout: 8000, tries: 1 });
resolver.setServers(["192.168.1.1"]);
resolver.resolve4("server3.lab", (error, found) => console.log(error ? "" : found[0]));`;
			const { stdout } = await site.host(0).run([process.execPath, "-e", program]);
			return stdout.trim() || null;
		}

		it.each(families)("are reached over the uplink that they belong to: %s", async (family) => {
			expect(await seenFrom(site.router, server(resolver.wan)[family])).toBe(own("wan", family));
			expect(await seenFrom(site.router, server(resolver.wanb)[family])).toBe(own("wanb", family));
			expect(await seenFrom(site.router, server(2)[family])).toBe(own("wan", family));
		});

		it("leave no name unresolved after a failover, either way", async () => {
			for (const uplink of ["wan", "wanb"] as const) {
				await site.uplink(uplink).blackhole();
				await polywan.untilState("down", uplink);
				await inForce();
				for (let count = 0; count < 5; count++) expect(await resolve()).toBe(server(3).ipv4);
				await site.uplink(uplink).heal();
				await refuseOthers(uplink);
				await polywan.untilState("up", uplink);
				await inForce();
				expect(await resolve()).toBe(server(3).ipv4);
			}
		});
	},
);
