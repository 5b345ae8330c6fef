import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!asRoot)("what a degraded uplink is worth", () => {
	let site: Site;
	let polywan: Polywan;

	const configure = (when: string) =>
		renderPolywanConfig({
			uplinks: {
				wan: { tier: "1", family: "ipv4", degraded_rtt: "80ms", when_degraded: when },
				wanb: { tier: "2", family: "ipv4" },
			},
			policies: { first: { mode: "failover" }, both: { mode: "weighted" } },
		});
	const shares = async () =>
		Object.fromEntries(
			(await polywan.status()).policies.map(({ name, ipv4 }) => [
				name,
				ipv4.map(({ uplink, percent }) => `${uplink} ${percent}`).join(" "),
			]),
		);

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: configure("demote") });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	it("demoted, deweighted or as before, by option when_degraded", async () => {
		expect(await shares()).toEqual({ first: "wan 100", both: "wan 50 wanb 50" });
		await site.uplink("wan").delay(150);
		await polywan.untilState("degraded", "wan");
		await until("it is demoted", async () => (await shares()).first === "wanb 100");
		expect((await shares()).both).toBe("wanb 100");
		await site.router.setConfig("polywan", configure("deweight"));
		await until("it is deweighted", async () => (await shares()).both === "wan 20 wanb 80");
		expect((await shares()).first).toBe("wan 100");
		await site.router.setConfig("polywan", configure("keep"));
		await until("it is kept", async () => (await shares()).both === "wan 50 wanb 50");
	});
});
