import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { ConnectLoop } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("the kernel's state with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;
	let untouched: string;

	beforeAll(async () => {
		site = await Site.build({ firewall, config: renderPolywanConfig() });
		polywan = new Polywan(site);
		await addForeignState();
		untouched = await readKernel();
		await site.router.mustRun(["/etc/init.d/polywan", "enable"]);
		await start();
	});
	afterAll(() => site?.close());

	async function start(): Promise<void> {
		await site.router.mustRun(["/etc/init.d/polywan", "start"]);
		await polywan.untilState("up", "wan", "wanb");
	}

	/** What other programs might have, as close to ours as can be. */
	async function addForeignState(): Promise<void> {
		const commands = [
			"ip rule add priority 5999 fwmark 0x1/0xff lookup 28671",
			"ip rule add priority 7000 fwmark 0x2/0xff lookup 28928",
			"ip -6 rule add priority 7000 fwmark 0x2/0xff lookup 28928",
			"ip route add default via 100.64.1.1 dev eth1 table 28671",
			"ip -6 route add unreachable default table 28928 metric 7",
			...(firewall === "nftables"
				? ["nft add table inet polywan_not", "nft add chain inet polywan_not polywan"]
				: ["iptables -t mangle -N polywa", "iptables -t mangle -A PREROUTING -j polywa"]),
		];
		for (const command of commands) await site.router.mustRun(command.split(" "));
	}

	/** Rules, routes and packet filter, without counters. */
	async function readKernel(): Promise<string> {
		const commands = [
			"ip -4 rule",
			"ip -6 rule",
			"ip -4 route show table all",
			"ip -6 route show table all",
			...(firewall === "nftables" ? ["nft --stateless list ruleset"] : ["iptables-save", "ip6tables-save"]),
		];
		const texts = [];
		for (const command of commands) texts.push(await site.router.mustRun(command.split(" ")));
		return (
			texts
				.join("\n")
				.replaceAll(/\[\d+:\d+\]/g, "")
				.replaceAll(/^#.*$/gm, "")
				// iptables goes on to list a table that was used once.
				.replaceAll(/^\*\w+\n(:\w+ ACCEPT \n)*COMMIT\n+/gm, "")
				// IPv6 link-local addresses come when their duplicates have been looked for.
				.replaceAll(/^.*fe80::.*\n/gm, "")
				.replaceAll(/counter packets \d+ bytes \d+/g, "counter")
		);
	}

	/** A LAN host opens connections already when this is done. */
	async function startLoop(): Promise<ConnectLoop> {
		const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
		await until("connections are made", () => loop.attempts.length > 0);
		return loop;
	}

	const numbers = async () =>
		(await polywan.status()).uplinks.map(({ name, id, mark, table }) => ({ name, id, mark, table }));

	async function killDaemon(): Promise<number> {
		const pid = await polywan.pid();
		await site.router.mustRun(["kill", "-9", String(pid)]);
		return pid;
	}

	async function untilTakenOver(killed: number): Promise<void> {
		await until("procd has started another daemon", async () => (await polywan.pid()) !== killed);
		await until("it has taken over", async () => (await polywan.status()).apply.ok);
	}

	it("is taken over after kill -9 with the same numbers and without a lost connection", async () => {
		const before = await numbers();
		const loop = await startLoop();
		for (let count = 0; count < 3; count++) await untilTakenOver(await killDaemon());
		await until("many were made", () => loop.attempts.length > 50);
		const attempts = await loop.stop();
		expect(attempts.filter(({ error }) => error !== null)).toEqual([]);
		expect(await numbers()).toEqual(before);
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
	});

	it("is taken over while an uplink is down: it is not used for a moment", async () => {
		await site.uplink("wan").blackhole();
		await polywan.untilState("down", "wan");
		expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
		const loop = await startLoop();
		await untilTakenOver(await killDaemon());
		await polywan.untilState("down", "wan");
		const attempts = await loop.stop();
		expect(attempts.filter(({ error, tookMs }) => error !== null || (tookMs ?? 0) > 900)).toEqual([]);
		expect(new Set(attempts.map(({ source }) => source))).toEqual(
			new Set([site.uplink("wanb").lease.ipv4.address]),
		);
		await site.uplink("wan").heal();
		await polywan.untilState("up", "wan", "wanb");
	});

	it("converges after a start on half of it", async () => {
		const pid = await polywan.pid();
		await site.router.mustRun(["sh", "-c", `kill -STOP ${pid}`]);
		const damage = [
			"ip rule del priority 6101",
			"ip rule add priority 6500 fwmark 0x7/0xff lookup 28673",
			"ip -6 rule del priority 6001",
			"ip route flush table 28674",
			"ip route add default via 100.64.1.1 dev eth1 table 28674 metric 9",
			...(firewall === "nftables"
				? ["nft flush chain inet polywan prerouting", "nft add rule inet polywan output drop"]
				: ["iptables -t mangle -F polywan_prerouting", "ip6tables -t mangle -D PREROUTING 1"]),
		];
		for (const command of damage) await site.router.mustRun(command.split(" "));
		await killDaemon();
		await untilTakenOver(pid);
		await until("nothing differs", async () => (await polywan.run("diff")).code === 0);
	});

	it("is repaired when somebody else damages it", async () => {
		await site.router.mustRun(["ip", "rule", "del", "priority", "6101"]);
		await site.router.mustRun(["ip", "-6", "route", "flush", "table", "28674"]);
		if (firewall === "nftables") await site.router.mustRun(["nft", "delete", "table", "inet", "polywan"]);
		await until("nothing differs", async () => (await polywan.run("diff")).code === 0);
	});

	it("stays when the daemon ends, and is told by the CLI without it", async () => {
		const before = await readKernel();
		const pid = await polywan.pid();
		await site.router.mustRun([
			"sh",
			"-c",
			`kill -STOP ${pid}; ubus call service delete '{"name":"polywan"}'; kill -CONT ${pid}`,
		]);
		await until(
			"the daemon is gone",
			async () => (await site.router.run(["kill", "-0", String(pid)])).code !== 0,
		);
		expect(await readKernel()).toBe(before);
		const { code, stderr } = await polywan.run("status");
		expect(code).toBe(3);
		expect(stderr).toMatch(/the daemon does not run/);
		expect(await polywan.run("diff")).toMatchObject({ code: 0, stdout: "Nothing differs.\n" });
		expect((await polywan.run("script")).stdout).toContain("rule add priority 6101");
		await start();
	});

	it("is removed by stop, all of it and nothing else", async () => {
		await site.router.mustRun(["/etc/init.d/polywan", "stop"]);
		expect(await readKernel()).toBe(untouched);
		await start();
		expect((await polywan.run("diff")).code).toBe(0);
	});
});
