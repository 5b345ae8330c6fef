import type { PolywanEvent } from "polywan-core/status";
import type { BlobTable } from "ubus-js/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { ConnectLoop } from "./connect-loop/connect-loop.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!asRoot)("the ubus object polywan", () => {
	let site: Site;
	let polywan: Polywan;

	const config = renderPolywanConfig({ patient: true });

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(() => ({ site, polywan }), config, startBus);

	/** Where none runs. */
	async function startBus(): Promise<void> {
		const start = "pgrep -f '[u]busd.mjs' > /dev/null || ubusd >> /tmp/log/ubusd.log 2>&1 < /dev/null &";
		await site.router.mustRun(["sh", "-c", start]);
	}

	const call = (method: string, args: BlobTable = {}) => site.router.ubus("polywan", method, args);

	it("answers every method of its parts with the status's own values", async () => {
		const status = await call("status");
		for (const part of ["uplinks", "policies", "rules"])
			expect(Object.keys(await call(part))).toEqual(["sequence", part]);
		expect(Object.keys(status)).toEqual([
			"version",
			"enabled",
			"firewall",
			"uptime_s",
			"sequence",
			"uplinks",
			"policies",
			"rules",
			"problems",
			"apply",
		]);
		expect((await polywan.uplink("wan")).ipv4).toMatchObject({
			state: "up",
			interface: "wan",
			device: "eth1",
			addresses: ["100.64.1.2"],
			gateway: "100.64.1.1",
			loss_percent: 0,
		});
	});

	/** The daemon's sequence, when a wait for the next one is held. */
	async function heldSequence(): Promise<number> {
		const { sequence } = await polywan.status();
		const held = new Promise<number>((resolve) => setTimeout(resolve, 300, sequence));
		return Promise.race([held, call("wait", { since: sequence }).then(() => 0)]);
	}

	it("answers wait at the next change, with what changed, and notifies subscribers", async () => {
		const sequence = await until("nothing is under way any more", heldSequence);
		const heard: BlobTable[] = [];
		const subscription = site.router.bus.subscribe("polywan", { notify: (_type, data) => heard.push(data) });
		let answered: BlobTable | null = null;
		const waiting = call("wait", { since: sequence, status: true }).then((answer) => {
			answered = answer;
		});
		expect((await call("status")).sequence).toBe(sequence);
		expect(answered).toBeNull();
		await call("uplink", { name: "wan", action: "down" });
		await waiting;
		expect(answered).toMatchObject({ status: { uplinks: [{ name: "wan", wanted: "down" }, {}] } });
		const since = async () => {
			const { events } = await call("events", { since: sequence });
			return events as unknown as PolywanEvent[];
		};
		await until("each family is told of", async () => (await since()).length >= 3);
		expect((await since())[0]).toMatchObject({ kind: "uplink", uplink: "wan", reason: "kept down by hand" });
		await until("the subscriber heard of it", () => heard.length > 0);
		await call("uplink", { name: "wan", action: "auto" });
		subscription.close();
	});

	it("answers wait at once to who knows another number", async () => {
		const { sequence } = await call("status");
		for (const since of [0, Number(sequence) - 1, Number(sequence) + 100])
			expect(await call("wait", { since })).toEqual({ sequence });
	});

	it.each([[{ name: "nobody", action: "down" }], [{ name: "wan", action: "sideways" }], [{}]])(
		"refuses uplink %j",
		async (args) => {
			await expect(call("uplink", args)).rejects.toMatchObject({ code: 2 });
		},
	);

	it("keeps the last events, each with time and reason", async () => {
		const { events } = (await call("events", { limit: 3 })) as unknown as {
			events: { at_ms: number; reason: string }[];
		};
		expect(events.length).toBe(3);
		for (const { at_ms, reason } of events) {
			expect(Math.abs(at_ms - Date.now())).toBeLessThan(600_000);
			expect(reason).not.toBe("");
		}
	});

	it("goes on routing while ubusd is away, fails over meanwhile, and is there again after", async () => {
		await site.router.mustRun(["sh", "-c", "kill $(pgrep -f '[u]busd.mjs')"]);
		await until("the bus is gone", async () => (await polywan.run("status")).code === 3, {
			timeoutMs: 30_000,
		});
		expect((await polywan.run("status")).stderr).toMatch(
			/cannot reach ubusd .*the daemon itself runs as process \d+/,
		);
		const loop = ConnectLoop.start(site.host(0), { address: server(1).ipv4 });
		await site.uplink("wan").blackhole();
		const second = site.uplink("wanb").lease.ipv4.address;
		await until(
			"connections use wanb",
			() => loop.attempts.filter(({ source }) => source === second).length > 10,
			{ timeoutMs: 30_000 },
		);
		await loop.stop();
		await startBus();
		await until("the object is back", async () => (await call("status")).version);
		await polywan.untilState("down", "wan");
		await site.uplink("wan").heal();
		await polywan.untilState("up", "wan");
	});

	it("leaves nobody waiting when it ends: wait gets what is, other held calls a status", async () => {
		await until("it is there", () => call("status"));
		const pid = await polywan.pid();
		const { sequence } = await call("tools");
		const waiting = call("wait", { since: Number((await call("status")).sequence), status: true });
		const refused = expect(call("tools", { since: Number(sequence), hold: 45 })).rejects.toMatchObject({
			code: 10,
		});
		// Answered after those two were taken.
		await call("events", { limit: 1 });
		await site.router.mustRun(["kill", String(pid)]);
		expect(await waiting).toMatchObject({ status: { uplinks: [{ name: "wan" }, { name: "wanb" }] } });
		await refused;
	});
});
