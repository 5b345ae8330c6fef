import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPki } from "../pki.ts";
import { server } from "./addresses.ts";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const uplinks = {
	gw: { method: "arp", target: [] },
	tcp: { target: [`tcp://${server(8).ipv4}:80`, `tcp://[${server(8).ipv6}]:7#send=hello&expect=hello`] },
	dns: {
		target: [
			`dns://${server(8).ipv4}/server3.lab?type=A#expect=${server(3).ipv4}`,
			`dns://[${server(8).ipv6}]/server3.lab?type=AAAA#expect=${server(3).ipv6}&tcp`,
		],
	},
	http: {
		target: ["http://server2.lab/generate_204", `http://${server(2).ipv4}/json#body=server&redirects=1`],
		interval: "300ms",
	},
	https: {
		target: [
			"https://server2.lab/generate_204",
			`https://[${server(2).ipv6}]/json#body=server`,
			"http://server2.lab/secure#redirects=1",
		],
	},
	false: { target: [`https://${server(2).ipv4}:4431/`, `https://[${server(2).ipv6}]:4433/`] },
	odd: { target: [`https://${server(2).ipv4}:4432/`, `http://[${server(2).ipv6}]/portal#redirects=1`] },
	script: { target: ["script:/etc/probe.sh#timeout=1"], interval: "200ms", family: "ipv4" },
	plugin: { target: ["plugin:mine?x#timeout=1&memory=64"], interval: "200ms", family: "ipv4" },
} as const;

const script = `#!/bin/sh
[ -n "$UPLINK" ] && [ -n "$DEVICE" ] && [ -n "$ADDRESS" ] || { echo "no facts" >&2; exit 3; }
case "$(cat /tmp/verdict)" in
good) exit 0 ;;
hang) sleep 100 & echo $! >/tmp/sleeper; wait ;;
*) echo "line is red" >&2; exit 7 ;;
esac
`;

const folder = "/usr/lib/polywan/plugins";
const plugin = `#!/bin/sh
while read -r line; do
	id=\${line#*\\"id\\":}
	id=\${id%%[!0-9]*}
	case "$line$(cat /tmp/plugin-verdict)" in
	*hello*) echo '{"type":"hello","roles":["health"]}' ;;
	*'"uplink":"plugin","family":"ipv4",'*'"argument":"x"'*good) echo "{\\"type\\":\\"health\\",\\"id\\":$id,\\"ok\\":true,\\"rtt_ms\\":7}" ;;
	*hang) sleep 100 ;;
	*) echo "{\\"type\\":\\"health\\",\\"id\\":$id,\\"ok\\":false,\\"reason\\":\\"the lamp is red\\"}" ;;
	esac
done
`;

/** Those whose targets answer. */
const good = Object.keys(uplinks).filter((name) => name !== "false" && name !== "odd");

/** A line of `polywan quality tcp`: nothing was lost for ten seconds. */
const LOSSLESS = /^tcp +IPv4 +10s +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms +[\d.]+ ms +0 % +100 % +\d+$/m;

/** Whether an uplink is taken down for this, and not because a busy machine let something else happen first: then once more. */
async function untilDownFor(
	polywan: Polywan,
	name: string,
	reason: RegExp,
	fault: () => unknown,
	remedy: () => unknown,
): Promise<void> {
	await until(
		`${name} is down: ${reason}`,
		async () => {
			await fault();
			await polywan.untilState("down", name);
			const told = (await polywan.uplink(name)).ipv4?.reason ?? "";
			if (reason.test(told)) return true;
			await remedy();
			await polywan.untilState("up", name);
			throw new Error(told);
		},
		{ timeoutMs: 90_000 },
	);
}

describe.skipIf(!asRoot)("probes of every kind", { timeout: 120_000 }, () => {
	let site: Site;
	let polywan: Polywan;
	const config = renderPolywanConfig({ uplinks: uplinks as never });

	beforeAll(async () => {
		site = await Site.build({
			uplinks: { gw: {}, tcp: {}, dns: {}, http: {}, https: {}, false: {}, odd: {}, script: {}, plugin: {} },
			daemon: true,
			config,
			files: {
				"/etc/probe.sh": script,
				"/tmp/verdict": "good",
				[`${folder}/mine`]: plugin,
				"/tmp/plugin-verdict": "good",
				"/etc/ssl/certs/ca-certificates.crt": readFileSync(join(buildPki(), "ca.crt"), "utf8"),
			},
		});
		await site.router.mustRun(["chmod", "755", "/etc/probe.sh", `${folder}/mine`]);
		polywan = new Polywan(site);
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(
		() => ({ site, polywan }),
		config,
		async () => {
			for (const path of ["/tmp/verdict", "/tmp/plugin-verdict"]) site.router.writeFile(path, "good");
			await setCaptive("off");
		},
		good,
	);

	/** Whether a portal answers for server 2 over uplink http. */
	async function setCaptive(state: "on" | "off"): Promise<void> {
		const { ipv4, ipv6 } = site.uplink("http").lease;
		for (const address of [ipv4.address, ipv6?.address])
			await site.internet.network.mustRun([
				"curl",
				"-sg",
				`http://${server(2).ipv4}/captive/${address}/${state}`,
			]);
	}

	it("every uplink is up by its own kind of probe, in both families", async () => {
		expect((await polywan.status()).problems).toEqual([]);
		await polywan.untilState("up", ...good);
		await until(
			"every family of them has answers and a round trip",
			async () => {
				const { uplinks } = await polywan.status();
				const families = uplinks
					.filter(({ name }) => good.includes(name))
					.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6].filter((family) => family !== null));
				const silent = families.find(
					({ targets, rtt_ms }) => !targets.some(({ answering }) => answering) || !((rtt_ms ?? 0) > 0),
				);
				if (silent !== undefined) throw new Error(JSON.stringify(silent));
				return true;
			},
			{ timeoutMs: 40_000 },
		);
	});

	it("https: pages, names and addresses, and the way from http to it", async () => {
		await until(
			"every target answers",
			async () => {
				const { ipv4, ipv6 } = await polywan.uplink("https");
				const targets = [...(ipv4?.targets ?? []), ...(ipv6?.targets ?? [])];
				return targets.length === 5 && targets.every(({ answering }) => answering === true);
			},
			{ timeoutMs: 40_000 },
		);
	});

	it("https: what is wrong with a certificate is told, and that of a portal is its own", async () => {
		const reason = (name: string, family: "ipv4" | "ipv6") => async () =>
			(await polywan.uplink(name))[family]?.reason ?? "";
		const untilReason = (name: string, family: "ipv4" | "ipv6", wanted: RegExp) =>
			until(`${name} ${family}: ${wanted}`, async () => wanted.test(await reason(name, family)()), {
				timeoutMs: 30_000,
			});
		await untilReason("false", "ipv4", /the certificate of 203\.0\.113\.2 has expired \(2021-01-01\)/);
		await untilReason("false", "ipv6", /is from an unknown authority \(CN=server\.test\)/);
		await untilReason("odd", "ipv6", /^captive portal: redirected to https:\/\/server3\.lab\/, where /);
		// A clock that nobody set may be wrong; one that was set is right.
		if (/UNSYNC/.test(spawnSync("busybox", ["adjtimex"], { encoding: "utf8" }).stdout))
			await until(
				"a certificate of the future will do",
				async () => {
					return (await polywan.uplink("odd")).ipv4?.state === "up";
				},
				{ timeoutMs: 40_000 },
			);
		else await untilReason("odd", "ipv4", /is not valid yet/);
	});

	it("a gateway that is gone is noticed by ARP and neighbour discovery", async () => {
		await site.uplink("gw").gatewayGone();
		await polywan.untilState("down", "gw");
		await site.uplink("gw").heal();
		await polywan.untilState("up", "gw");
	});

	it.each(["tcp", "http"])("%s probes notice a dead line, and that it is back", async (name) => {
		await site.uplink(name).blackhole();
		await polywan.untilState("down", name);
		await site.uplink(name).heal();
		await polywan.untilState("up", name);
	});

	it("names that do not resolve are noticed by DNS, and by HTTP to a name, while pings would pass", async () => {
		await site.uplink("dns").dnsBroken();
		await polywan.untilState("down", "dns");
		await site.uplink("dns").heal();
		await polywan.untilState("up", "dns");
	});

	it("a captive portal is told as such", async () => {
		await setCaptive("on");
		await polywan.untilState("down", "http");
		// Probes that a busy machine answered too late may have taken it down before the portal was seen.
		await until(
			"the portal is told",
			async () => {
				const { ipv4: status } = await polywan.uplink("http");
				expect(status?.reason).toMatch(/^captive portal: redirected to http:\/\/login\.portal\.lab\//);
				expect(status?.portal).toMatch(/login\.portal\.lab/);
				return true;
			},
			{ timeoutMs: 40_000 },
		);
		await setCaptive("off");
		await polywan.untilState("up", "http");
		await until(
			"no portal is told any more",
			async () => (await polywan.uplink("http")).ipv4?.portal === null,
		);
	});

	it("a script decides by its exit code, and one that hangs is killed with its children", async () => {
		const say = (verdict: string) => () => site.router.writeFile("/tmp/verdict", verdict);
		const downFor = (verdict: string, reason: RegExp) =>
			untilDownFor(polywan, "script", reason, say(verdict), say("good"));
		await downFor("bad", /the script ended with 7: line is red/);
		say("good")();
		await polywan.untilState("up", "script");
		await downFor("hang", /took longer than 1 s/);
		const sleeper = site.router.readFile("/tmp/sleeper").trim();
		say("good")();
		await polywan.untilState("up", "script");
		await until("the script's child is gone", async () => {
			const { code } = await site.router.run(["sh", "-c", `kill -0 ${sleeper}`]);
			return code !== 0;
		});
	});

	it("a plugin decides by what it says, one that hangs is ended and started again, and one that is not asked for ends", async () => {
		const say = (verdict: string) => () => site.router.writeFile("/tmp/plugin-verdict", verdict);
		const downFor = (verdict: string, reason: RegExp) =>
			untilDownFor(polywan, "plugin", reason, say(verdict), say("good"));
		say("good")();
		await polywan.untilState("up", "plugin");
		await until("it tells its time", async () => (await polywan.uplink("plugin")).ipv4?.rtt_ms === 7, {
			timeoutMs: 40_000,
		});
		await downFor("bad", /plugin mine: the lamp is red/);
		say("good")();
		await polywan.untilState("up", "plugin");
		await downFor("hang", /plugin mine: it gave no answer within 1000 ms/);
		say("good")();
		await polywan.untilState("up", "plugin");
		const running = async () => (await site.router.run(["pgrep", "-f", folder])).stdout.trim();
		await until("it runs", async () => (await running()) !== "");
		await site.router.setConfig(
			"polywan",
			renderPolywanConfig({ uplinks: { ...uplinks, plugin: {} } as never }),
		);
		await until("it has ended", async () => (await running()) === "");
	});

	it("the example of a plugin tells how fast the link is", async () => {
		const ask = (least: number) => `{"id":1,"type":"probe","device":"eth1","argument":"${least}"}`;
		const questions = ['{"type":"hello","version":1}', ask(10), ask(1_000_000)].join("\\n");
		const command = `printf '${questions}\\n' | ${folder}/link-speed`;
		const { stdout } = await site.router.run(["sh", "-c", command]);
		const answers = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(answers[0].roles).toEqual(["health"]);
		expect(answers.slice(1).map(({ ok }) => ok)).toEqual([true, false]);
		expect(answers[2].reason).toMatch(/^eth1 runs at \d+ Mbit/);
	});

	it("quality over four spans on the CLI", async () => {
		const stdout = await until(
			"ten seconds without a loss",
			async () => {
				const { code, stdout } = await polywan.run("quality", "tcp");
				expect(code).toBe(0);
				return LOSSLESS.test(stdout) && stdout;
			},
			{ timeoutMs: 100_000, intervalMs: 100 },
		);
		expect(stdout).toMatch(/^UPLINK +FAMILY +OVER +MIN +AVG +MAX +JITTER +LOSS +UPTIME +PROBES\n/);
		expect(stdout.match(/ 24h /g)).toHaveLength(2);
		const { quality } = JSON.parse((await polywan.run("quality", "tcp", "--json")).stdout);
		expect(quality[0]["24h"].loss_percent).toBeGreaterThan(0);
		expect((await polywan.run("quality", "nobody")).code).toBe(1);
	});
});

describe.skipIf(!asRoot)(
	"targets that answer nowhere, N of M, auto, and degraded",
	{ timeout: 120_000 },
	() => {
		let site: Site;
		let polywan: Polywan;
		const near = { target: [server(8).ipv4], family: "ipv4", interval: "100ms" };
		const one = {
			...near,
			target: [server(8).ipv4, server(9).ipv4, "192.0.2.77"],
			reliability: "3",
		};
		const configure = (whenDegraded: string) =>
			renderPolywanConfig({
				uplinks: {
					wan: one,
					wanb: one,
					auto: { ...near, method: "auto" },
					slow: { ...near, degraded_rtt: "80ms", when_degraded: whenDegraded },
					fast: near,
				},
				policies: { first: { mode: "failover" }, both: { mode: "weighted" } },
				members: [
					["first", "slow", { tier: "1" }],
					["first", "fast", { tier: "2" }],
					["both", "slow"],
					["both", "fast"],
				],
			});

		beforeAll(async () => {
			site = await Site.build({
				uplinks: { wan: {}, wanb: {}, auto: {}, slow: {}, fast: {} },
				daemon: true,
				config: configure("demote"),
			});
			polywan = new Polywan(site);
			// ICMP does not come through this one.
			await site.uplink("auto").isp.mustRun(["nft", "-f", "-"], {
				input:
					"table inet noping { chain f { type filter hook forward priority 0; icmp type echo-request drop\n}\n}\n",
			});
			await polywan.untilState("up", "slow", "fast");
			await until("both are as good", async () => {
				expect(await shares()).toEqual({ first: "slow 100", both: "slow 50 fast 50" });
				return true;
			});
			// What comes of it is known some time later.
			await site.uplink("slow").delay(150);
		}, 120_000);
		afterAll(() => site?.close());

		const shares = async () =>
			Object.fromEntries(
				(await polywan.status()).policies.map(({ name, ipv4 }) => [
					name,
					ipv4.map(({ uplink, percent }) => `${uplink} ${percent}`).join(" "),
				]),
			);

		it("a target dead on every uplink is reported and does not count", async () => {
			await polywan.untilState("up", "wan", "wanb");
			await until(
				"the dead target is a problem",
				async () => {
					const { problems } = await polywan.status();
					return (
						problems.filter(({ option, value }) => option === "target" && value === "192.0.2.77").length === 2
					);
				},
				{ timeoutMs: 40_000 },
			);
			await until("it is an event", async () =>
				(await polywan.events()).some(({ kind, reason }) => kind === "probe" && /192\.0\.2\.77/.test(reason)),
			);
		});

		it("one of two that must answer is not enough", async () => {
			const drop = () => site.uplink("wan").dropAddress(server(9).ipv4);
			const pass = () => site.uplink("wan").passAddress("all");
			await pass();
			await polywan.untilState("up", "wan");
			await untilDownFor(polywan, "wan", /only 1 of 2 targets/, drop, pass);
			await pass();
			await polywan.untilState("up", "wan");
		});

		it("auto finds a method that works where pings do not", async () => {
			await polywan.untilState("up", "auto");
			const events = await polywan.events();
			const reasons = events
				.filter(({ kind, uplink }) => kind === "probe" && uplink === "auto")
				.map(({ reason }) => reason);
			expect(reasons).toContainEqual(
				expect.stringMatching(
					/203\.0\.113\.8 is asked by (tcp|dns|http) \(.* answered in .* ms\) instead of ping/,
				),
			);
		});

		it("what a degraded uplink is worth: demoted, deweighted or as before, by option when_degraded", async () => {
			await site.router.setConfig("polywan", configure("demote"));
			await polywan.untilState("degraded", "slow");
			await until("it is demoted", async () => (await shares()).first === "fast 100");
			expect((await shares()).both).toBe("fast 100");
			await site.router.setConfig("polywan", configure("deweight"));
			await until("it is deweighted", async () => (await shares()).both === "slow 20 fast 80");
			expect((await shares()).first).toBe("slow 100");
			await site.router.setConfig("polywan", configure("keep"));
			await until("it is kept", async () => (await shares()).both === "slow 50 fast 50");
		});

		it("a ping passes as many routers as it may", async () => {
			const setTtl = (ttl: object) =>
				site.router.setConfig(
					"polywan",
					renderPolywanConfig({ uplinks: { wan: near, wanb: { ...near, ...ttl } } as never }),
				);
			await setTtl({ ttl: "1" });
			await polywan.untilState("down", "wanb");
			await polywan.untilState("up", "wan");
			await setTtl({ ttl: "9" });
			await polywan.untilState("up", "wanb");
		});
	},
);
