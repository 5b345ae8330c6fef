import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lan, server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { ConnectLoop } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const families = ["ipv4", "ipv6"] as const;

/** Answers "hello" on port 8080 of wherever it runs. */
const greeter = [
	process.execPath,
	"-e",
	`require("net").createServer((socket) => socket.end("hello")).listen(8080, "::", () => console.log("ready"))`,
];

const config = renderPolywanConfig({
	patient: true,
	uplinks: { wan: { weight: "7" }, wanb: { weight: "3" } },
	policies: {
		balanced: { mode: "weighted" },
		wan_first: { mode: "failover" },
		only_wan: { mode: "failover", last_resort: "unreachable" },
		wan_or_main: { mode: "failover", last_resort: "default" },
		wan_or_nothing: { mode: "failover", last_resort: "blackhole" },
	},
	members: [
		["wan_first", "wan", { tier: "1" }],
		["wan_first", "wanb", { tier: "2" }],
		["only_wan", "wan"],
		["wan_or_main", "wan"],
		["wan_or_nothing", "wan"],
	],
	rules: {
		to_2: { dest_ip: Object.values(server(2)), target: "wanb" },
		to_3: { dest_ip: Object.values(server(3)), target: "only_wan" },
		to_4: { dest_ip: Object.values(server(4)), target: "wan_or_main" },
		to_5: { dest_ip: Object.values(server(5)), target: "wan_or_nothing" },
		web: { proto: "tcp", dest_port: "80", dest_ip: Object.values(server(6)), target: "wanb" },
		to_8: { dest_ip: Object.values(server(8)), target: "wan_first" },
		nobody: { dest_ip: Object.values(server(7)), target: "unreachable" },
	},
});

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("policies with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;
	const children: ChildProcess[] = [];

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(async () => {
		for (const child of children) child.kill();
		await site?.close();
	});
	tidyBeforeRetry(() => ({ site, polywan }), config);

	/** Address that a server sees when the LAN host opens a connection to it; or curl's exit code. */
	async function seenFrom(who: { run: Site["router"]["run"] }, address: string, ...options: string[]) {
		const host = address.includes(":") ? `[${address}]` : address;
		const { code, stdout } = await who.run(["curl", "-s", "-g", "-m", "10", ...options, `http://${host}/`]);
		return code === 0 ? stdout.trim() : code;
	}

	const own = (uplink: string, family: "ipv4" | "ipv6") => site.uplink(uplink).lease[family]?.address;

	/** What becomes of a connection of the LAN host that is there when this ends. */
	async function talkTo(address: string): Promise<readonly string[]> {
		const client = site.host(0).spawn([
			process.execPath,
			"-e",
			`const socket = require("net").connect(7, "${address}", () => socket.write("x"));
			socket.on("data", () => console.log("connected"));
			socket.on("error", (error) => console.log(error.code));`,
		]);
		children.push(client);
		const lines: string[] = [];
		client.stdout?.on("data", (chunk) => lines.push(...String(chunk).trim().split("\n")));
		await until("the connection is there", () => lines.includes("connected"), { timeoutMs: 30_000 });
		return lines;
	}

	it.each(families)("shares 1,000 %s connections 700 to 300, exactly", async (family) => {
		const loop = ConnectLoop.start(site.host(0), { address: server(1)[family], everyMs: 1 });
		await until("1,000 connections", () => loop.attempts.length >= 1000, { timeoutMs: 50_000 });
		const attempts = (await loop.stop()).slice(0, 1000);
		const count = (uplink: string) => attempts.filter(({ source }) => source === own(uplink, family)).length;
		expect(Math.abs(count("wan") - 700)).toBeLessThanOrEqual(1);
		expect(Math.abs(count("wanb") - 300)).toBeLessThanOrEqual(1);
	});

	it.each(families)("obeys rules by destination and port, the first that matches: %s", async (family) => {
		const host = site.host(0);
		for (let count = 0; count < 5; count++) {
			expect(await seenFrom(host, server(2)[family])).toBe(own("wanb", family));
			expect(await seenFrom(host, server(3)[family])).toBe(own("wan", family));
			expect(await seenFrom(host, server(6)[family])).toBe(own("wanb", family));
		}
		const refusedAtOnce = 7;
		expect(await seenFrom(host, server(7)[family])).toBe(refusedAtOnce);
	});

	it.each(families)("routes the router's own %s traffic, with the source that fits", async (family) => {
		const seen = new Set<unknown>();
		for (let count = 0; count < 10; count++) seen.add(await seenFrom(site.router, server(1)[family]));
		for (const source of seen) expect([own("wan", family), own("wanb", family)]).toContain(source);
		expect(await seenFrom(site.router, server(2)[family])).toBe(own("wanb", family));
		for (const uplink of ["wan", "wanb"]) {
			const source = own(uplink, family) ?? "";
			expect(await seenFrom(site.router, server(1)[family], "--interface", source)).toBe(source);
			expect(await seenFrom(site.router, server(1)[family], "--interface", site.uplink(uplink).device)).toBe(
				source,
			);
		}
	});

	it("leaves the networks at home alone", async () => {
		const { code } = await site.host(0).run(["ping", "-c", "1", "-W", "10", lan.router.ipv4]);
		expect(code).toBe(0);
		expect((await site.router.run(["ping", "-c", "1", "-W", "10", site.host(0).addresses.ipv6])).code).toBe(
			0,
		);
	});

	it("answers what came in by an uplink over that uplink: on the router, and behind a port forwarding", async () => {
		const device = site.uplink("wanb").device;
		const opened =
			firewall === "nftables"
				? [
						"nft insert rule inet fw4 input tcp dport 8080 accept",
						"nft insert rule inet fw4 forward ct status dnat accept",
						`nft add rule inet fw4 dstnat iifname ${device} tcp dport 8081 dnat ip to ${site.host(0).addresses.ipv4}:8080`,
					]
				: [
						"iptables -I INPUT -p tcp --dport 8080 -j ACCEPT",
						"ip6tables -I INPUT -p tcp --dport 8080 -j ACCEPT",
						"iptables -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT",
						`iptables -t nat -I PREROUTING -i ${device} -p tcp --dport 8081 -j DNAT --to-destination ${site.host(0).addresses.ipv4}:8080`,
					];
		for (const child of children.splice(0)) child.kill();
		for (const command of opened) await site.router.mustRun(command.split(" "));
		for (const who of [site.router, site.host(0)]) {
			const child = who.spawn(greeter);
			children.push(child);
			await new Promise((resolve) => child.stdout?.once("data", resolve));
		}
		const internet = site.internet.network;
		const ask = (address: string, port: number) =>
			internet.run(["curl", "-s", "-g", "-m", "10", "--http0.9", `http://${address}:${port}/`]);
		for (let count = 0; count < 4; count++) {
			for (const uplink of ["wan", "wanb"]) {
				expect((await ask(own(uplink, "ipv4") ?? "", 8080)).stdout).toBe("hello");
				expect((await ask(`[${own(uplink, "ipv6")}]`, 8080)).stdout).toBe("hello");
			}
			expect((await ask(own("wanb", "ipv4") ?? "", 8081)).stdout).toBe("hello");
		}
	});

	it("falls back to the last resort of a policy whose uplinks are all down", async () => {
		await polywan.run("down", "wan");
		const host = site.host(0);
		const [refusedAtOnce, timedOut] = [7, 28];
		for (const family of families) {
			expect(await seenFrom(host, server(3)[family])).toBe(refusedAtOnce);
			expect(await seenFrom(host, server(5)[family], "-m", "1")).toBe(timedOut);
			expect(await seenFrom(host, server(4)[family])).toBe(own("wan", family));
			expect(await seenFrom(host, server(1)[family])).toBe(own("wanb", family));
		}
		await polywan.run("auto", "wan");
		expect(await seenFrom(host, server(3).ipv4)).toBe(own("wan", "ipv4"));
	});

	it.each(families)(
		"resets an idle client whose uplink dies, so that it connects again over the other, and nobody else: %s",
		async (family) => {
			const others = await talkTo(server(2)[family]);
			// The last two have nowhere to go then: unreachable, and dropped.
			const clients = await Promise.all([8, 3, 5].map((number) => talkTo(server(number)[family])));
			await polywan.run("down", "wan");
			const isReset = (lines: readonly string[]) => lines.includes("ECONNRESET");
			await until("the clients are reset", () => clients.every(isReset));
			await polywan.run("auto", "wan");
			expect(others).toEqual(["connected"]);
		},
	);
});
