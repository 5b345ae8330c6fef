import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { ConnectLoop, monotonicMs } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("failover with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;
	const config = renderPolywanConfig({ asShipped: true });

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(() => ({ site, polywan }), config);

	it("takes the back end that the router's firewall uses", async () => {
		expect((await polywan.status()).firewall).toBe(firewall);
		const legacy = await site.router.mustRun([
			"cat",
			"/proc/net/ip_tables_names",
			"/proc/net/ip6_tables_names",
		]);
		if (firewall === "nftables") expect(legacy).toBe("");
	});

	it("moves new connections when the line behind the ISP dies, and back when it heals", async () => {
		const families = (["ipv4", "ipv6"] as const).map((family) => {
			const loop = ConnectLoop.start(site.host(0), { address: server(1)[family] });
			const sourceOf = (name: string) => site.uplink(name).lease[family]?.address;
			const count = (name: string) => loop.attempts.filter(({ source }) => source === sourceOf(name)).length;
			const last = () => loop.attempts.at(-1)?.source;
			return { family, loop, count, isUsing: (name: string) => last() === sourceOf(name) };
		});
		const untilBoth = (what: string, isSo: (one: (typeof families)[number]) => boolean) =>
			until(`connections of both families ${what}`, () => families.every(isSo), { timeoutMs: 40_000 });
		await untilBoth("use wan", ({ count }) => count("wan") >= 20);
		const faultMs = monotonicMs();
		await site.uplink("wan").blackhole();
		await untilBoth("use wanb", ({ count }) => count("wanb") >= 20);
		await polywan.untilState("down", "wan");
		const knownMs = monotonicMs();
		expect(knownMs - faultMs).toBeLessThan(10_000);
		await site.uplink("wan").heal();
		await polywan.untilState("up", "wan");
		await untilBoth("use wan again", ({ isUsing }) => isUsing("wan"));
		for (const { family, loop } of families) {
			const late = (await loop.stop()).filter(({ tookMs }) => tookMs === null || tookMs > 1000);
			// Those of the fault alone, and only until it was noticed: none is lost while wanb is used, nor on the way back.
			const others = late.filter(({ startMs }) => startMs < faultMs - 1000 || startMs > knownMs);
			expect(others, family).toEqual([]);
		}
	});

	it("says so on the CLI and on ubus", async () => {
		await site.uplink("wan").blackhole();
		await polywan.untilState("down", "wan");
		const { code, stdout } = await polywan.run("status");
		expect(code).toBe(0);
		expect(stdout).toMatch(/^wan +IPv4 +down /m);
		expect(stdout).toMatch(/^everything +failover +wanb 100 % +wanb 100 %$/m);
		const event = (await polywan.events()).findLast(({ uplink, to }) => uplink === "wan" && to === "down");
		expect(event?.reason).toMatch(/answer/);
	});
});
