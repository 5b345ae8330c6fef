import { readFileSync } from "node:fs";
import type { PolywanEvent } from "polywan-core/status";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
/** The promise: noticed and repaired within this, on a machine that has nothing else to do. */
const WITHIN_MS = 1000;
const CLOCK_TICKS_PER_SECOND = 100;

const legacy = Object.fromEntries(
	["iptables", "ip6tables"].flatMap((program) =>
		["", "-save", "-restore"].map((verb) => [
			`/usr/sbin/${program}${verb}`,
			`/usr/sbin/${program}-legacy${verb}`,
		]),
	),
);

describe.skipIf(!asRoot).each(["nftables", "iptables", "legacy iptables"] as const)(
	"what others break, with %s",
	(backEnd) => {
		let site: Site;
		let polywan: Polywan;

		beforeAll(async () => {
			const firewall = backEnd === "nftables" ? "nftables" : "iptables";
			site = await Site.build({ firewall });
			if (backEnd === "legacy iptables")
				for (const [path, target] of Object.entries(legacy))
					await site.router.mustRun(["ln", "-sf", target, path]);
			site.router.writeFile("/etc/config/polywan", renderPolywanConfig({ globals: { firewall } }));
			await site.router.mustRun(["/etc/init.d/polywan", "start"]);
			polywan = new Polywan(site);
			await until("polywan is on the bus", async () => (await site.router.bus.list("polywan")).length > 0);
			await polywan.untilState("up", "wan", "wanb");
		});
		afterAll(() => site?.close());

		const repairs = async () => (await polywan.events()).filter(({ kind }) => kind === "repair");

		const tookMs: number[] = [];

		/** Breaks something, and waits until that is told and the kernel is as it should be. */
		async function expectRepair(break_: () => Promise<unknown>, reason: RegExp): Promise<void> {
			const isNew = (event: PolywanEvent) => event.sequence > last && reason.test(event.reason);
			const last = (await polywan.status()).sequence;
			await break_();
			const brokenMs = performance.now();
			await until("it is repaired", async () => (await repairs()).some(isNew));
			tookMs.push(performance.now() - brokenMs);
			await until("nothing differs", async () => (await polywan.run("diff")).code === 0);
		}

		it("puts the packet filter back", async () => {
			const flush =
				backEnd === "nftables"
					? "nft flush ruleset"
					: "for p in iptables ip6tables; do $p -t mangle -F; $p -t mangle -X; done";
			await expectRepair(() => site.router.mustRun(["sh", "-c", flush]), /packet filter/);
			await site.router.mustRun(["/etc/init.d/firewall", "reload"]);
		});

		it("puts single rules back", async () => {
			const remove =
				backEnd === "nftables"
					? "nft flush chain inet polywan prerouting"
					: "iptables -t mangle -F polywan_prerouting";
			await expectRepair(() => site.router.mustRun(["sh", "-c", remove]), /packet filter/);
		});

		it("puts ip rules back", async () => {
			const flush =
				"ip -4 rule flush; ip -6 rule flush; ip -4 rule add lookup main; ip -6 rule add lookup main";
			await expectRepair(() => site.router.mustRun(["sh", "-c", flush]), /ip rules or routes/);
		});

		it("puts the routes of its tables back", async () => {
			const { table } = await polywan.uplink("wanb");
			const flush = `ip -4 route flush table ${table}; ip -6 route flush table ${table}`;
			await expectRepair(() => site.router.mustRun(["sh", "-c", flush]), /ip rules or routes/);
		});

		it("takes less than a second for that", () => {
			// The quickest tells what polywan waits for, the others also what else the machine does.
			expect(Math.min(...tookMs)).toBeLessThan(WITHIN_MS);
		});

		it("is not disturbed by a reload of the firewall, and leaves that alone", async () => {
			const list =
				backEnd === "nftables" ? "nft list table inet fw4" : "iptables-save -t filter; iptables-save -t nat";
			const others = async () =>
				(await site.router.mustRun(["sh", "-c", list]))
					.split("\n")
					.filter((line) => !/polywan|^[#:]/.test(line))
					.map((line) => line.replace(/counter packets \d+ bytes \d+/, "counter"));
			const before = await others();
			const count = (await repairs()).length;
			await site.router.mustRun(["/etc/init.d/firewall", "reload"]);
			expect((await polywan.run("diff")).stdout).toBe("Nothing differs.\n");
			expect(await others()).toEqual(before);
			expect((await repairs()).length).toBe(count);
		});

		it("is whole again after a restart of the network", async () => {
			await site.router.mustRun(["/etc/init.d/network", "restart"]);
			await polywan.untilState("up", "wan", "wanb");
			await until("nothing differs", async () => (await polywan.run("diff")).code === 0);
			const { stdout } = await site.host(0).run(["curl", "-s", "-m", "5", `http://${server(1).ipv4}/`]);
			expect(stdout).toContain(site.uplink("wan").lease.ipv4.address);
		});

		it("tells nothing of what it changes itself", async () => {
			const count = (await repairs()).length;
			for (const verb of ["down", "auto", "down", "auto"])
				expect((await polywan.run(verb, "wanb")).code).toBe(0);
			expect((await repairs()).length).toBe(count);
		});

		it("does not look at others' routes", async () => {
			const pid = await polywan.pid();
			const ticks = () => {
				const fields = readFileSync(`${site.router.rootPath}/proc/${pid}/stat`, "utf8").split(" ");
				return Number(fields[13]) + Number(fields[14]);
			};
			const routes = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/24`);
			const batch = (verb: string) =>
				site.router.mustRun(["ip", "-batch", "-"], {
					input: routes.map((network) => `route ${verb} unreachable ${network}\n`).join(""),
				});
			const before = ticks();
			await batch("add");
			await batch("del");
			expect((ticks() - before) / CLOCK_TICKS_PER_SECOND).toBeLessThan(0.2);
		});
	},
);
