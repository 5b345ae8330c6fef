import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Link } from "polywan-core/link";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { bundleProgram, compileProgram } from "../../build/bundle.ts";
import { server } from "./addresses.ts";
import { root } from "./namespaces.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const RUNTIME = join(root, "dist/x86_64/polywan-run");
const target = server(1);

interface Line {
	kind: "links" | "reply" | "failure" | "evidence" | "log";
	links?: Link[];
	uplink?: string;
	family?: number;
	reason?: string;
	target?: string;
	rttUs?: number;
}

describe.skipIf(process.getuid?.() !== 0 || !existsSync(RUNTIME))("links and pings in the router", () => {
	let site: Site;
	let lines: Line[] = [];

	beforeAll(async () => {
		site = await Site.build({ uplinks: { wan: {}, wanb: {} } });
		await bundleProgram("test/lab/programs/links.ts", "links");
		const program = await compileProgram("links", "x86_64");
		site.router.writeFile("/tmp/polywan-run", readFileSync(RUNTIME), 0o755);
		site.router.writeFile("/tmp/links", readFileSync(program), 0o755);
		const child = site.router.spawn(["/tmp/polywan-run", "/tmp/links", target.ipv4, target.ipv6]);
		let rest = "";
		child.stdout?.on("data", (chunk) => {
			const parts = `${rest}${chunk}`.split("\n");
			rest = parts.pop() ?? "";
			lines.push(...parts.map((text) => JSON.parse(text) as Line));
		});
		child.stderr?.on("data", (chunk) => process.stderr.write(chunk));
		await until("all links are known", () => links().length === 4, { timeoutMs: 30_000 });
	});
	afterAll(() => site?.close());

	/** Where none runs. */
	async function startBus(): Promise<void> {
		const start = "pgrep -f 'ubusd[.]mjs|sbin/ubus[d]' > /dev/null || ubusd > /dev/null 2>&1 < /dev/null &";
		await site.router.mustRun(["sh", "-c", start]);
	}

	const links = (): Link[] => lines.findLast(({ kind }) => kind === "links")?.links ?? [];
	const linksOf = (uplink: string): Link[] => links().filter((link) => link.uplink === uplink);
	const sinceNow = (): void => {
		lines = lines.filter(
			(line, index) => line.kind === "links" && index === lines.findLastIndex(({ kind }) => kind === "links"),
		);
	};
	const replied = (uplink: string, family: number): boolean =>
		lines.some((line) => line.kind === "reply" && line.uplink === uplink && line.family === family);

	test("netifd's facts, checked against the kernel", () => {
		expect(linksOf("wan")).toMatchObject([
			{
				family: 4,
				interface: "wan",
				device: "eth1",
				addresses: [{ address: "100.64.1.2", prefixLength: 24 }],
				gateway: "100.64.1.1",
				carrier: true,
			},
			{
				family: 6,
				interface: "wan6",
				device: "eth1",
				addresses: [{ address: "2001:db8:1::2" }],
				carrier: true,
			},
		]);
	});

	test("answers come over each uplink and family, with their time", async () => {
		for (const uplink of ["wan", "wanb"]) {
			for (const family of [4, 6])
				await until(`${uplink} answers over IPv${family}`, () => replied(uplink, family));
		}
		const rtts = lines.flatMap(({ rttUs }) => rttUs ?? []);
		expect(Math.min(...rtts)).toBeGreaterThan(10);
		expect(Math.min(...rtts)).toBeLessThan(20_000);
	});

	test("a blackhole silences its uplink alone", async () => {
		await site.uplink("wan").blackhole();
		// What was answered before may be told a little later.
		await until("wanb goes on alone", () => {
			const isReply = (uplink: string) => (line: Line) => line.kind === "reply" && line.uplink === uplink;
			return lines.slice(lines.findLastIndex(isReply("wan")) + 1).filter(isReply("wanb")).length > 12;
		});
		sinceNow();
		await site.uplink("wan").heal();
		await until("wan answers again", () => replied("wan", 4) && replied("wan", 6));
	});

	test("carrier loss is told, and the link comes back with the cable", async () => {
		await site.uplink("wan").carrier(false);
		await until("wan has lost its carrier", () => linksOf("wan").every(({ carrier }) => !carrier));
		expect(linksOf("wanb").map(({ carrier }) => carrier)).toEqual([true, true]);
		await site.uplink("wan").carrier(true);
		await until(
			"wan is back",
			() => linksOf("wan").length === 2 && linksOf("wan").every(({ carrier }) => carrier),
			{ timeoutMs: 30_000 },
		);
		sinceNow();
		await until("wan answers again", () => replied("wan", 4) && replied("wan", 6));
	});

	test("another address is told", async () => {
		const lease = await site.uplink("wanb").renumber();
		await until("wanb has its new addresses", () => {
			const addresses = linksOf("wanb").flatMap((link) => link.addresses.map(({ address }) => address));
			return addresses.includes(lease.ipv4.address) && addresses.includes(lease.ipv6?.address ?? "");
		});
	});

	test("a gateway that is gone is evidence", async () => {
		sinceNow();
		await site.uplink("wanb").gatewayGone();
		await site.router.run(["ip", "neigh", "flush", "dev", "eth2"]);
		const evidence = await until(
			"the gateway is missed",
			() => lines.find((line) => line.kind === "evidence" && line.uplink === "wanb" && line.family === 4),
			{ timeoutMs: 30_000 },
		);
		expect(evidence?.reason).toBe("the gateway does not answer ARP");
		await site.uplink("wanb").heal();
	});

	test("errors on the way are told with the target they are about", async () => {
		const { isp } = site.uplink("wan");
		const unreachable = ["unreachable", `${target.ipv4}/32`];
		// The kernel tells of the first two and then, as long as there are more, of none (ip_error() in net/ipv4/route.c).
		sinceNow();
		await isp.mustRun(["ip", "route", "replace", ...unreachable]);
		onTestFinished(async () => {
			await isp.mustRun(["ip", "route", "del", ...unreachable]);
		});
		const failure = await until("the ISP refuses", () =>
			lines.find((line) => line.kind === "failure" && line.uplink === "wan" && line.family === 4),
		);
		expect(failure).toMatchObject({ target: target.ipv4, reason: "host unreachable" });
	});

	test("while ubusd is away the last facts stay, and the kernel is still heard", async () => {
		sinceNow();
		// The brackets keep the pattern from matching the shell that looks for it.
		await site.router.run(["sh", "-c", "kill -9 $(pgrep -f 'ubusd[.]mjs|sbin/ubus[d]')"]);
		onTestFinished(startBus);
		await until("it is told that netifd is away", () => lines.some(({ kind }) => kind === "log"));
		expect(linksOf("wan").length).toBe(2);
		await site.uplink("wan").carrier(false);
		onTestFinished(() => site.uplink("wan").carrier(true));
		// netifd takes its addresses away then, of which nobody else may hear before.
		await until("the carrier is missed", () => linksOf("wan").every(({ carrier }) => !carrier));
		expect(linksOf("wanb").map(({ carrier }) => carrier)).toEqual([true, true]);
		await startBus();
		await site.uplink("wan").carrier(true);
		await until(
			"wan is back",
			() => linksOf("wan").length === 2 && linksOf("wan").every(({ carrier }) => carrier),
		);
	});

	test("netifd started again: the links are known again", async () => {
		await site.router.mustRun(["/etc/init.d/network", "restart"]);
		await until(
			"all links are known",
			() => links().length === 4 && links().every(({ carrier }) => carrier),
			{ timeoutMs: 30_000 },
		);
		sinceNow();
		await until("wan answers", () => replied("wan", 4) && replied("wan", 6));
	});
});
