import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { ConnectLoop } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { type PolywanConfig, renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
function weighted(wan: number, wanb: number, more: PolywanConfig = {}): string {
	return renderPolywanConfig({
		uplinks: { wan: { weight: String(wan) }, wanb: { weight: String(wanb) } },
		policies: { balanced: { mode: "weighted" } },
		...more,
	});
}

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("reload with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config: weighted(1, 1) });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	async function reload(config: string): Promise<void> {
		site.router.writeFile("/etc/config/polywan", config);
		expect((await polywan.run("reload")).code).toBe(0);
	}

	/** A LAN host opens connections already when this is done. */
	async function startLoop(): Promise<ConnectLoop> {
		const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
		await until("connections are made", () => loop.attempts.length > 0);
		return loop;
	}

	async function shares(policy = "balanced"): Promise<string> {
		const found = (await polywan.status()).policies.find(({ name }) => name === policy);
		return found?.ipv4.map(({ uplink, percent }) => `${uplink} ${percent}`).join(", ") ?? "";
	}

	it("changes weights, rules and policies under load without a lost connection", async () => {
		const loop = await startLoop();
		for (let count = 1; count <= 5; count++) {
			await reload(weighted(count, 1, { rules: { one: { dest_ip: server(2).ipv4, target: "wanb" } } }));
			await reload(
				weighted(count, 1, { policies: { other: { mode: "failover" }, balanced: { mode: "weighted" } } }),
			);
			await reload(weighted(1, count));
		}
		await until("many were made", () => loop.attempts.length > 20);
		const attempts = await loop.stop();
		expect(attempts.filter(({ error }) => error !== null)).toEqual([]);
		expect(await shares()).toBe("wan 16.67, wanb 83.33");
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
	});

	it("changes one of many rules to what a fresh start has", async () => {
		const rulesTo = (port: string) =>
			Object.fromEntries(
				["7", "80", "53", "9000", port].map((dest_port, n) => [
					`many${n}`,
					{ proto: "tcp", dest_ip: `203.0.113.${n}/32`, dest_port, target: n % 2 === 0 ? "wan" : "wanb" },
				]),
			);
		await reload(weighted(1, 5, { rules: rulesTo("9001") }));
		for (const port of ["9002", "9003"]) {
			await reload(weighted(1, 5, { rules: rulesTo(port) }));
			expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		}
		await reload(weighted(1, 5));
	});

	it("does nothing when nothing changed", async () => {
		await reload(weighted(1, 5));
		const before = (await polywan.status()).apply.at_ms;
		await reload(weighted(1, 5));
		expect((await polywan.status()).apply.at_ms).toBe(before);
	});

	it("takes over what `uci commit` and reload_config announce", async () => {
		await site.router.mustRun([
			"sh",
			"-c",
			"uci set polywan.wan.weight=3; uci set polywan.wanb.weight=1; uci commit polywan; reload_config",
		]);
		await until("the weights are in force", async () => (await shares()) === "wan 75, wanb 25");
		expect((await polywan.run("check")).code).toBe(0);
	});

	it("takes SIGHUP as a reload", async () => {
		site.router.writeFile("/etc/config/polywan", weighted(1, 1));
		await site.router.mustRun(["kill", "-HUP", String(await polywan.pid())]);
		await until("the weights are in force", async () => (await shares()) === "wan 50, wanb 50");
	});

	it("keeps the ids of uplinks when others come and go, and connections of those that stay", async () => {
		const rules = { stay: { dest_ip: server(2).ipv4, target: "wanb" } };
		await reload(weighted(1, 1, { rules }));
		const client = site.host(0).spawn([
			process.execPath,
			"-e",
			`const socket = require("net").connect(7, "${server(2).ipv4}", () => setInterval(() => socket.write("x"), 20));
			socket.on("data", () => console.log("answered"));
			socket.on("error", (error) => console.log(error.code));`,
		]);
		let said = "";
		client.stdout?.on("data", (chunk) => {
			said += chunk;
		});
		await until("it is connected", () => said.includes("answered"));
		const before = await polywan.uplink("wanb");
		await reload(weighted(1, 1, { uplinks: { wanb: {} }, rules }));
		await reload(weighted(1, 1, { uplinks: { other: {}, wanb: {} }, rules }));
		const after = await polywan.uplink("wanb");
		expect([after.id, after.mark, after.table]).toEqual([before.id, before.mark, before.table]);
		expect((await polywan.uplink("other")).id).not.toBe(before.id);
		// A connection that is there stays where it is when its rule goes.
		await reload(weighted(1, 1));
		said = "";
		await until("the connection goes on", () => said.includes("answered"));
		expect(said).not.toMatch(/E[A-Z]+/);
		client.kill();
		await polywan.untilState("up", "wan", "wanb");
	});

	it("moves everything to another mask and other bases in one go, and leaves nothing behind", async () => {
		const globals = { mark_mask: "0x00ff0000", table_base: "40000", priority_base: "8000" };
		const loop = await startLoop();
		await reload(weighted(1, 1, { globals }));
		const attempts = await loop.stop();
		expect(attempts.filter(({ error }) => error !== null)).toEqual([]);
		expect(
			(await polywan.events()).some(({ reason }) => reason.startsWith("mark mask, tables or priorities")),
		).toBe(true);
		const rules = await site.router.mustRun(["ip", "rule"]);
		expect(rules).toMatch(/^8\d{3}:/m);
		expect(rules).not.toMatch(/^6\d{3}:/m);
		expect(await site.router.mustRun(["ip", "route", "show", "table", "all"])).not.toMatch(/table 286\d\d/);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		await reload(weighted(1, 1));
	});

	it("takes its rules out when it is switched off, and puts them in again", async () => {
		await reload(weighted(1, 1, { globals: { enabled: "0" } }));
		expect(await site.router.mustRun(["ip", "rule"])).not.toMatch(/^6\d{3}:/m);
		expect((await polywan.run("status")).stdout).toMatch(/switched off/);
		await reload(weighted(1, 1));
		await polywan.untilState("up", "wan", "wanb");
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
	});

	it("changes the back end while it runs", async () => {
		const other = firewall === "nftables" ? "iptables" : "nftables";
		const loop = await startLoop();
		await reload(weighted(1, 1, { globals: { firewall: other } }));
		expect((await polywan.status()).firewall).toBe(other);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		// Auto holds on to what it chose itself, not to what was asked for meanwhile.
		await reload(weighted(1, 1));
		expect((await polywan.status()).firewall).toBe(firewall);
		const attempts = await loop.stop();
		expect(attempts.filter(({ error }) => error !== null)).toEqual([]);
		expect(await site.router.mustRun(["nft", "list", "tables"])).not.toMatch(
			firewall === "nftables" ? /polywan_/ : /inet polywan/,
		);
	});
});
