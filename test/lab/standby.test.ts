import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

const line = { download: "400k", upload: "400k" };

const settings = {
	uplinks: {
		wan: { tier: "1", recovery_time: "500ms", ...line },
		lte: {
			tier: "2",
			standby: "cold",
			standby_hold: "1s",
			revive_script: "/tmp/revive",
			revive_after: "1s",
			...line,
		},
	},
	policies: { spill: { mode: "overflow", overflow_at: "50" } },
};

describe.skipIf(!asRoot)("cold standby", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({
			uplinks: { wan: {}, lte: {} },
			daemon: true,
			config: renderPolywanConfig(settings),
		});
		polywan = new Polywan(site);
		site.router.writeFile("/tmp/revive", '#!/bin/sh\necho "$@" >> /tmp/revived\n');
		await site.router.mustRun(["chmod", "+x", "/tmp/revive"]);
		await polywan.untilState("up", "wan");
	});
	afterAll(async () => {
		await site?.close();
	});

	async function isInterfaceUp(): Promise<boolean> {
		return (await site.router.ubus("network.interface.lte", "status")).up === true;
	}

	const untilInterface = (up: boolean) =>
		until(`lte's interface is ${up ? "up" : "down"}`, async () => (await isInterfaceUp()) === up);

	async function setRules(rules: Record<string, Record<string, string>>): Promise<void> {
		await site.router.setConfig("polywan", renderPolywanConfig({ ...settings, rules }));
		await polywan.run("reload");
	}

	const untilSource = (uplink: string) =>
		until(`connections take ${uplink}`, async () => {
			const { stdout } = await site.host(0).run(["curl", "-s", "-m", "2", `http://${server(1).ipv4}/`]);
			return stdout.trim() === site.uplink(uplink).lease.ipv4.address;
		});

	it("is taken down while something else works, and says so", async () => {
		await untilInterface(false);
		await until("its state tells why", async () =>
			(await polywan.uplink("lte")).ipv4?.reason.startsWith("at rest"),
		);
		await untilSource("wan");
	});

	it("is brought up when nothing else works, and carries connections", async () => {
		await site.uplink("wan").blackhole();
		await untilInterface(true);
		await untilSource("lte");
	});

	it("goes to rest again when the other is back", async () => {
		await site.uplink("wan").heal();
		await polywan.untilState("up", "wan");
		await untilInterface(false);
		await untilSource("wan");
	});

	it("is brought up in time where connections are to overflow to it", async () => {
		const { ipv4 } = server(9);
		const load = site.host(0).network.spawn(["ping", "-q", "-i", "0.005", "-s", "1400", ipv4]);
		onTestFinished(() => void load.kill());
		await untilInterface(true);
		load.kill();
		expect((await polywan.events()).map(({ reason }) => reason)).toContain(
			"brought up: what goes before it is nearly full",
		);
		await untilInterface(false);
	});

	it("is up while a rule has it as its target", async () => {
		await setRules({ backup: { dest_ip: server(2).ipv4, target: "lte" } });
		await untilInterface(true);
		await setRules({});
		await untilInterface(false);
	});

	it("is needed after a start of the router as before; its script runs when it does not come", async () => {
		const restart = "/etc/init.d/polywan stop; rm -rf /var/run/polywan; /etc/init.d/polywan start";
		await site.router.mustRun(["sh", "-c", restart]);
		await polywan.untilState("up", "wan");
		await untilInterface(false);
		await site.uplink("lte").carrier(false);
		await site.uplink("wan").blackhole();
		const revived = async () => (await site.router.run(["cat", "/tmp/revived"])).stdout;
		await until("the script has run", async () => (await revived()) !== "");
		expect((await revived()).split("\n")[0]).toMatch(/^lte lte( lte6| lte_6)*$/);
		for (const reason of ["brought up: nothing else works", "still down; /tmp/revive runs"])
			await until(`it is told: ${reason}`, async () =>
				(await polywan.events()).some((event) => event.uplink === "lte" && event.reason === reason),
			);
	});
});
