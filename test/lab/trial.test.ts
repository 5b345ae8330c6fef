import type { TrialStatus } from "polywan-core/status";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const DIRECTORY = "/etc/polywan/trial";

describe.skipIf(!asRoot)("a change on trial", () => {
	let site: Site;
	let polywan: Polywan;
	let before: Record<string, string>;

	beforeAll(async () => {
		site = await Site.build({
			daemon: true,
			web: true,
			config: renderPolywanConfig(),
			files: { "/etc/config/dhcp": "config dnsmasq\n\toption domain 'lan'\n" },
		});
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
		before = readConfigs();
	});
	afterAll(() => site?.close());

	/** Whatever the one before left. */
	beforeEach(async () => {
		await trial("cancel");
		await restore();
	});

	async function restore(): Promise<void> {
		if (JSON.stringify(readConfigs()) !== JSON.stringify(before)) {
			for (const [name, text] of Object.entries(before)) site.router.writeFile(`/etc/config/${name}`, text);
			await sh("rm -f /tmp/.uci/*; reload_config");
		}
		await until("the old weight is back", async () => (await weight()) === 1);
	}

	const trial = async (action: string, timeout = 60) =>
		(await site.router.ubus("polywan", "trial", { action, timeout })) as unknown as TrialStatus;

	function readConfigs(): Record<string, string> {
		return Object.fromEntries(
			["polywan", "network", "firewall", "dhcp"].map((name) => [name, readConfig(name)]),
		);
	}

	function readConfig(name: string): string {
		try {
			return site.router.readFile(`/etc/config/${name}`);
		} catch {
			return "none";
		}
	}

	const weight = async () => (await polywan.uplink("wan")).weight;
	const lastTold = async () => (await polywan.events()).findLast(({ kind }) => kind === "trial")?.reason;
	const sh = (script: string) => site.router.mustRun(["sh", "-c", script]);

	async function killDaemon(signal: string): Promise<void> {
		const pid = await polywan.pid();
		await sh(`kill ${signal} ${pid}`);
		await until("procd has started another daemon", async () => (await polywan.pid()) !== pid);
		await until("it is on the bus", async () => (await site.router.bus.list("polywan")).length > 0);
	}

	it("stays when it is confirmed", async () => {
		await sh("uci set polywan.wan.weight=7; uci set network.lan.mtu=1400");
		const begun = await polywan.run("apply", "--confirm", "60");
		expect(begun).toMatchObject({ code: 0, stderr: "" });
		expect(begun.stdout).toMatch(/^On trial for another \d+ s \(changed: polywan, network\)/);
		await until("the change is in force", async () => (await weight()) === 7);
		expect((await polywan.run("apply", "confirm")).code).toBe(0);
		expect(await trial("status")).toMatchObject({ state: "none", error: null });
		expect(site.router.readFile("/etc/config/network")).toContain("option mtu '1400'");
		expect((await site.router.run(["ls", DIRECTORY])).code).not.toBe(0);
		await restore();
	});

	/** Begins trials, each longer than the one before, until what is to be seen meanwhile was seen, which takes its time on a busy machine. */
	async function untilSeenOnTrial(
		begin: (seconds: number) => Promise<void>,
		isSeen: () => Promise<boolean>,
	): Promise<number> {
		for (const seconds of [2, 10, 30]) {
			await begin(seconds);
			const outcome = await until("it is seen, or the trial is over", async () => {
				if (await isSeen()) return "seen";
				return (await trial("status")).state === "none" && "over";
			});
			if (outcome === "seen") return seconds;
			await restore();
		}
		throw new Error("it was not seen while the change was on trial");
	}

	it("goes back by itself, and services are told", async () => {
		const lanAddress = () => sh("ip -4 -o addr show dev br-lan");
		const seen = { inForce: false, byNetifd: false };
		const change = async (seconds: number) => {
			await sh("uci set polywan.wan.weight=9; uci set network.lan.ipaddr=192.168.1.77/24");
			expect((await polywan.run("apply", "--confirm", String(seconds))).code).toBe(0);
		};
		const seconds = await untilSeenOnTrial(change, async () => {
			seen.inForce ||= (await weight()) === 9;
			seen.byNetifd ||= (await lanAddress()).includes("192.168.1.77");
			return seen.inForce && seen.byNetifd;
		});
		await until("the files are back", async () => (await trial("status")).state === "none");
		expect(readConfigs()).toEqual(before);
		await until("the old weight is in force", async () => (await weight()) === 1);
		await until("netifd has gone back", async () => !(await lanAddress()).includes("192.168.1.77"));
		expect(await lastTold()).toBe(
			`the change was not confirmed within ${seconds} s: polywan, network as before`,
		);
		// reload_config knows the same change already when it is made once more.
		await change(60);
		await until("it is in force again", async () => (await weight()) === 9);
	});

	it("goes back at once when it is cancelled, also a file that was not there", async () => {
		site.router.writeFile("/etc/config/dhcp", before.dhcp ?? "");
		await sh("rm /etc/config/dhcp");
		expect(await trial("begin")).toMatchObject({ state: "pending", timeout_s: 60, changed: [], error: null });
		await sh("touch /etc/config/dhcp; uci add dhcp dnsmasq; uci commit dhcp");
		expect((await trial("status")).changed).toEqual(["dhcp"]);
		const cancelled = await polywan.run("apply", "--cancel");
		expect(cancelled).toMatchObject({ code: 0, stdout: "The files are as they were before.\n" });
		expect((await site.router.run(["ls", "/etc/config/dhcp"])).code).not.toBe(0);
		site.router.writeFile("/etc/config/dhcp", before.dhcp ?? "");
	});

	it("takes a file that was edited by hand back to what is in force", async () => {
		site.router.writeFile(
			"/etc/config/polywan",
			(before.polywan ?? "").replace("option tier '2'", "option tier '3'"),
		);
		expect((await polywan.run("apply", "--confirm", "30")).code).toBe(0);
		await until("the change is in force", async () => (await polywan.uplink("wanb")).tier === 3);
		await trial("cancel");
		expect(site.router.readFile("/etc/config/polywan")).toBe(before.polywan);
	});

	it("is one at a time", async () => {
		await trial("begin");
		const second = await polywan.run("apply", "--confirm", "30");
		expect(second.code).toBe(1);
		expect(second.stderr).toMatch(
			/a change is on trial already, for another \d+ s: confirm or cancel it first/,
		);
		await trial("cancel");
		expect((await polywan.run("apply", "confirm")).stderr).toContain("no change is on trial");
		await expect(trial("perhaps")).rejects.toMatchObject({ code: 2 });
		expect((await trial("begin", 0)).error).toContain("seconds");
	});

	it.each(["-9", "-15"])("outlives the daemon ended by kill %s", async (signal) => {
		let taken: TrialStatus | null = null;
		const seconds = await untilSeenOnTrial(
			async (seconds) => {
				await trial("begin", seconds);
				await sh("uci set polywan.wan.weight=5; uci commit polywan; reload_config");
				await killDaemon(signal);
			},
			async () => {
				taken = await trial("status");
				return taken.state === "pending";
			},
		);
		expect(taken).toMatchObject({ state: "pending", timeout_s: seconds });
		await until("the files are back", async () => (await trial("status")).state === "none");
		expect(readConfigs()).toEqual(before);
	});

	/** Changes the notes of a trial while no daemon runs. */
	async function editManifest(expression: string): Promise<void> {
		const pid = await polywan.pid();
		// Stopped first: the next daemon is there a second after this one's end.
		await sh(`kill -STOP ${pid}; sed -i '${expression}' ${DIRECTORY}/trial.json; kill -9 ${pid}`);
	}

	it.each([
		[
			"the time ran out while no daemon ran",
			's/"deadlineMs":[0-9.]*/"deadlineMs":1/',
			"the change was not confirmed",
		],
		["the router was rebooted meanwhile", 's/"bootId":"/&another/', "the router was rebooted"],
	])("goes back when %s", async (_, expression, reason) => {
		await trial("begin", 600);
		await sh("uci set polywan.wan.weight=5; uci commit polywan; reload_config");
		await until("the change is in force", async () => (await weight()) === 5);
		await editManifest(expression);
		await until("the files are back", () => readConfigs().polywan === before.polywan);
		await until("the old weight is in force", async () => (await weight()) === 1);
		await until("it is told", async () =>
			(await lastTold())?.match(new RegExp(`^${reason}.*: polywan as before$`)),
		);
	});

	it("outlives rpcd and ubusd", async () => {
		expect(await trial("begin", 3)).toMatchObject({ error: null });
		await sh("uci set polywan.wan.weight=5; uci set network.lan.mtu=1400; uci commit; reload_config");
		await sh("/etc/init.d/rpcd restart; kill $(pgrep -o -f openwrt/ubusd.mjs)");
		await until("the files are back", () => readConfigs().network === before.network);
		await sh("ubusd >> /tmp/log/ubusd.log 2>&1 < /dev/null &");
		await until("the trial is over", async () => (await trial("status")).state === "none");
		expect(readConfigs()).toEqual(before);
	});

	it("ends also when somebody removed what was saved", async () => {
		await trial("begin");
		await sh(`rm ${DIRECTORY}/network; uci set network.lan.mtu=1400; uci commit network`);
		expect(await trial("cancel")).toMatchObject({ state: "none", error: null });
		expect(site.router.readFile("/etc/config/network")).toContain("option mtu '1400'");
		site.router.writeFile("/etc/config/network", before.network ?? "");
	});

	it("does not begin when nothing can be saved", async () => {
		await sh(
			`mkdir -p ${DIRECTORY}; mount -t tmpfs -o size=4k none ${DIRECTORY}; head -c 4096 /dev/zero > ${DIRECTORY}/full || true`,
		);
		try {
			const { state, error } = await trial("begin");
			expect(state).toBe("none");
			expect(error).toMatch(/cannot be saved, so nothing was begun/);
		} finally {
			await sh(`umount ${DIRECTORY}`);
		}
		expect(readConfigs()).toEqual(before);
		expect(await trial("begin")).toMatchObject({ state: "pending", error: null });
	});
});
