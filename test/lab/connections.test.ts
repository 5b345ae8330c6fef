import type { ConnectionPage } from "polywan-core/status";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

/** Keeps a TCP connection open, and prints each line that comes back. */
const TALK = `
const [host, port] = process.argv.slice(1);
const socket = require("node:net").connect({ host, port: Number(port) });
socket.on("connect", () => console.error(socket.localPort));
socket.on("data", (data) => process.stdout.write(data)).on("error", (error) => console.log(error.code));
process.stdin.on("data", (data) => socket.write(data));
`;

describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)(
	"polywan connections with %s",
	(firewall) => {
		let site: Site;
		let polywan: Polywan;
		const config = renderPolywanConfig({
			patient: true,
			rules: { echo: { proto: "tcp", dest_port: "7", target: "wanb" } },
		});

		beforeAll(async () => {
			site = await Site.build({ firewall, daemon: true, lan: { hosts: 2 }, config });
			polywan = new Polywan(site);
			await polywan.untilState("up", "wan", "wanb");
			await talk(0, server(1).ipv4, "one\n");
			await talk(1, server(2).ipv6, `${"x".repeat(50_000)}\n`);
		});
		afterAll(() => site?.close());
		tidyBeforeRetry(() => ({ site, polywan }), config);

		/** A connection of a LAN host over which `text` went there and back. */
		async function talk(host: number, address: string, text: string) {
			const child = site.host(host).spawn(["node", "-e", TALK, address, "7"]);
			const heard = { output: "", port: "" };
			child.stdout?.on("data", (data: Buffer) => {
				heard.output += data.toString();
			});
			child.stderr?.on("data", (data: Buffer) => {
				heard.port += data.toString().trim();
			});
			child.stdin?.write(text);
			await until("the echo answers", () => heard.output.length === text.length, { timeoutMs: 30_000 });
			return heard;
		}

		/** Connections that the servers take for open. */
		const openAtServers = () => site.internet.network.mustRun(["ss", "-Htn", "state", "established"]);

		const list = async (args: Record<string, string | number | boolean> = {}) =>
			(await site.router.ubus("polywan", "connections", args)) as unknown as ConnectionPage;

		/** Without those that are remembered for some seconds. */
		const listOpen = async (args: Record<string, string | number>) =>
			(await list(args)).connections.filter(({ state }) => state === "established");

		it("shows uplink, rule, bytes and age of each", async () => {
			const { connections, total, accounting } = await list({ destination_port: 7, protocol: "tcp" });
			expect(total).toBe(2);
			expect(accounting).toBe(true);
			const [large, small] = connections;
			expect(large).toMatchObject({
				family: "ipv6",
				source: site.host(1).addresses.ipv6,
				uplink: "wanb",
				rule: "echo",
			});
			expect(large?.sent_bytes).toBeGreaterThan(50_000);
			expect(large?.received_bytes).toBeGreaterThan(50_000);
			expect(small).toMatchObject({
				family: "ipv4",
				protocol: "tcp",
				source: site.host(0).addresses.ipv4,
				destination: server(1).ipv4,
				destination_port: 7,
				uplink: "wanb",
				rule: "echo",
				state: "established",
			});
			expect(small?.age_s).toBeLessThan(60);
		});

		it("prints them, the busiest first", async () => {
			const { stdout } = await polywan.run("connections", "--uplink", "wanb", "--proto", "tcp");
			const [header, first, second] = stdout.split("\n");
			expect(header).toMatch(/^PROTO +SOURCE +DESTINATION +UPLINK +RULE +STATE +SENT +RECEIVED +AGE$/);
			expect(first).toMatch(/^tcp +\[fd00:1::101\]:\d+ +\[2001:db8:ffff::2\]:7 +wanb +echo +established/);
			expect(second).toMatch(/^tcp +192\.168\.1\.100:\d+ +203\.0\.113\.1:7 +wanb +echo +established/);
			const json = JSON.parse(
				(await polywan.run("connections", "--source", "192.168.1.0/24", "--json")).stdout,
			);
			expect(
				json.connections.every(({ source }: { source: string }) => source.startsWith("192.168.1.")),
			).toBe(true);
			expect(json.total).toBeGreaterThan(0);
		});

		it("pages and sorts", async () => {
			const all = await list({ sort: "age", limit: 1000 });
			expect(all.connections.length).toBe(all.total);
			const ages = all.connections.map(({ age_s }) => age_s ?? 0);
			expect([...ages].sort((a, b) => b - a)).toEqual(ages);
			const one = await list({ destination_port: 7, protocol: "tcp", offset: 1, limit: 1 });
			expect(one).toMatchObject({ total: 2, offset: 1, connections: [{ family: "ipv4" }] });
			const youngest = await list({ destination_port: 7, protocol: "tcp", sort: "age", reverse: true });
			expect(youngest.connections[0]).toMatchObject({ family: "ipv6" });
		});

		it("goes on showing them", async () => {
			const child = site.router.spawn(["polywan", "connections", "--watch", "--json", "--limit", "1"]);
			let output = "";
			child.stdout?.on("data", (data: Buffer) => {
				output += data.toString();
			});
			await until("two pages were printed", () => output.split('"total"').length > 2, { timeoutMs: 30_000 });
			child.kill("SIGINT");
			await until("it has ended", () => child.exitCode !== null || child.signalCode !== null);
		});

		it("refuses what means nothing, and says what", async () => {
			await expect(list({ uplink: "nobody" })).rejects.toMatchObject({ code: 2 });
			const wrong = await polywan.run("connections", "--uplink", "nobody");
			expect(wrong.code).toBe(2);
			expect(wrong.stderr).toContain("there is no uplink 'nobody'");
			expect((await polywan.run("connections", "--source", "here")).stderr).toContain("source must be");
			expect((await polywan.run("connections", "kill")).stderr).toContain("which connections?");
		});

		it("ends one connection, and no other, at both ends", async () => {
			const kept = await talk(1, server(3).ipv6, "kept\n");
			const ended = await talk(1, server(4).ipv6, "ended\n");
			const words = ["kill", "--source", "fd00:1::101", "--source-port", ended.port];
			expect((await polywan.run("connections", ...words)).stdout).toBe("1 connection was ended.\n");
			expect(await listOpen({ destination: server(4).ipv6 })).toEqual([]);
			await until("its opener knows", () => ended.output === "ended\nECONNRESET\n");
			await until("its server knows", async () => !(await openAtServers()).includes(`[${server(4).ipv6}]:7`));
			expect(kept.output).toBe("kept\n");
			expect(await openAtServers()).toContain(`[${server(3).ipv6}]:7`);
		});

		it("ends those of an uplink", async () => {
			const ended = await talk(0, server(5).ipv4, "ended\n");
			expect(
				(await polywan.run("connections", "kill", "--uplink", "wanb", "--family", "ipv4")).stdout,
			).toMatch(/^[1-9]/);
			expect(await listOpen({ destination_port: 7, family: "ipv4" })).toEqual([]);
			await until("the opener knows", () => ended.output === "ended\nECONNRESET\n");
			await until("the server knows", async () => !(await openAtServers()).includes(`${server(5).ipv4}:7`));
		});

		it("leaves counting alone where the user says so", async () => {
			await site.router.mustRun(["/etc/init.d/polywan", "stop"]);
			await site.router.network.sysctl(["net/netfilter/nf_conntrack_acct=0"]);
			const uncounted = renderPolywanConfig({ globals: { accounting: "0" } });
			await site.router.setConfig("polywan", uncounted);
			await site.router.mustRun(["/etc/init.d/polywan", "start"]);
			await polywan.untilState("up", "wan", "wanb");
			expect((await list()).accounting).toBe(false);
			expect((await polywan.run("connections")).stdout).toContain("bytes and ages are not kept");
		});
	},
);
