import { createHash } from "node:crypto";
import type { PublicAddressStatus } from "polywan-core/status";
import type { LogNews } from "polywan-core/tool/log-line";
import type { ToolNews } from "polywan-core/tool/news";
import type { BlobTable } from "ubus-js/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot)("looking into an uplink", () => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({
			uplinks: { wan: {}, cone: {}, symmetric: {}, slow: { rateMbit: 20 } },
			daemon: true,
			config: renderPolywanConfig({
				globals: {
					stun_server: server(1).ipv4,
					speedtest_url: `http://${server(3).ipv4}/bytes/50000000`,
					speedtest_upload_url: `https://${server(3).ipv4}/upload#insecure`,
				},
				uplinks: { wan: { public_address: "1" }, cone: {}, symmetric: {}, slow: {} },
			}),
		});
		polywan = new Polywan(site);
		for (const [name, how] of [
			["cone", "snat to"],
			["symmetric", "snat to"],
		] as const) {
			const uplink = site.uplink(name);
			const outside = uplink.lease.ipv4.address.replace(/\.2$/, ".77");
			const ports = name === "symmetric" ? ":20000-60000 random" : "";
			await uplink.isp.mustRun(["nft", "-f", "-"], {
				input: `table ip translate {\nchain post {\ntype nat hook postrouting priority 100\noifname line ip protocol { tcp, udp } ${how} ${outside}${ports}\n}\n}\n`,
			});
		}
		await polywan.untilState("up", "wan", "cone", "symmetric", "slow");
	});
	afterAll(() => site?.close());

	const stun = async (name: string): Promise<PublicAddressStatus> => {
		const { code, stdout, stderr } = await polywan.run("stun", name, "--json");
		expect(code, stderr).toBe(0);
		const { addresses } = JSON.parse(stdout) as { addresses: PublicAddressStatus[] };
		const found = addresses.find(({ family }) => family === "ipv4");
		if (!found) throw new Error(stdout);
		return found;
	};

	/** tcpdump runs a while before it hears anything: it has a packet socket then, and nobody else in the router. */
	const isCapturing = async () =>
		(await site.router.mustRun(["cat", "/proc/net/packet"])).trim().split("\n").length > 1;

	it("without NAT the public address is the uplink's own", async () => {
		const { ipv4 } = site.uplink("wan").lease;
		expect(await stun("wan")).toMatchObject({ address: ipv4.address, translated: false, type: "no NAT" });
	});

	it("tells carrier-grade NAT, and whether it is symmetric", async () => {
		expect(await stun("cone")).toMatchObject({
			address: site.uplink("cone").lease.ipv4.address.replace(/\.2$/, ".77"),
			translated: true,
			cgnat: true,
			mapping: "endpoint-independent",
		});
		const symmetric = await stun("symmetric");
		expect(symmetric).toMatchObject({ cgnat: true, mapping: "address-and-port-dependent" });
		expect(symmetric.type).toBe("carrier-grade NAT, symmetric");
		expect((await polywan.run("stun", "cone")).stdout).toMatch(
			/^cone +IPv4 +100\.64\.2\.77 +carrier-grade NAT/m,
		);
	});

	it("is found again when the provider gives another address", async () => {
		const known = async () => (await polywan.uplink("wan")).ipv4?.public_address?.address;
		await until(
			"the first one is known",
			async () => (await known()) === site.uplink("wan").lease.ipv4.address,
		);
		const { ipv4 } = await site.uplink("wan").renumber();
		await until("the new one is known", async () => (await known()) === ipv4.address, { timeoutMs: 30_000 });
		const event = (await polywan.events()).findLast(({ kind }) => kind === "address");
		expect(event?.reason).toBe(`public address ${ipv4.address} (no NAT)`);
	});

	it("says when no server answers", async () => {
		await site.uplink("cone").dropAddress(server(1).ipv4);
		const { code, stdout } = await polywan.run("stun", "cone");
		expect(code).toBe(1);
		expect(stdout).toMatch(/no STUN server answers: 203\.0\.113\.1: no answer/);
		await site.uplink("cone").heal();
		expect((await polywan.run("stun", "nobody")).code).toBe(1);
	});

	it("speedtest measures the line within its time and data cap", async () => {
		const { stdout, stderr, code } = await polywan.run("speedtest", "slow", "--seconds", "4", "--json");
		expect(code, stderr).toBe(0);
		const { download, upload } = JSON.parse(stdout);
		for (const { bits_per_second: rate, took_ms: took } of [download, upload]) {
			expect(rate).toBeGreaterThan(14e6);
			expect(rate).toBeLessThan(24e6);
			expect(took).toBeLessThan(8000);
		}
		const capped = await polywan.run("speedtest", "slow", "--cap", "1M");
		expect(capped.stdout).toMatch(/^download \d+(\.\d+)? Mbit\/s \(.*\)\nupload /);
		const { download: small } = JSON.parse(
			(await polywan.run("speedtest", "slow", "--cap", "1M", "--json")).stdout,
		);
		expect(small.bytes).toBeLessThan(1_100_000);
	});

	it("pings, and tells what became of each probe", async () => {
		const { code, stdout } = await polywan.run("ping", "cone", server(3).ipv4, "--count", "2");
		expect(stdout).toMatch(
			/^203\.0\.113\.3 over cone \(eth2\), 56 bytes each\n1 {2}203\.0\.113\.3: [\d.]+ ms\n2 {2}203\.0\.113\.3: [\d.]+ ms\n2 sent, 2 received, 0 % lost; least [\d.]+ ms, average /,
		);
		expect(code).toBe(0);
		expect((await polywan.run("ping", "cone", server(3).ipv6, "--count=1")).code).toBe(0);
		await site.uplink("cone").dropAddress(server(7).ipv4);
		const lost = await polywan.run("ping", "cone", server(7).ipv4, "--count=1");
		expect(lost).toMatchObject({ code: 1, stdout: expect.stringMatching(/^1 {2}no answer\n1 sent, 0 re/m) });
		await site.uplink("cone").heal();
		expect(await polywan.run("ping", "cone", "$(reboot)")).toMatchObject({
			code: 2,
			stderr: expect.stringMatching(/^polywan: the host must be an address or the name of a host/),
		});
		expect(await polywan.run("ping", "nobody", "192.0.2.1")).toMatchObject({ code: 1, stdout: "" });
	});

	it.each(["ipv4", "ipv6"] as const)("tells the way to a host, %s", async (family) => {
		const { code, stdout } = await polywan.run("traceroute", "symmetric", server(3)[family]);
		expect(code, stdout).toBe(0);
		const isp = site.uplink("symmetric").lease[family]?.gateway ?? "";
		const hops = stdout.trim().split("\n").slice(1);
		expect(hops.length).toBe(2);
		expect(hops[0]).toMatch(new RegExp(`^ 1  ${family === "ipv4" ? isp : "[0-9a-f:]+"}  [\\d.]+ ms`));
		expect(hops[1]).toMatch(new RegExp(`^ 2  ${server(3)[family]}  [\\d.]+ ms  [\\d.]+ ms  [\\d.]+ ms$`));
	});

	it("tells what the name servers of an uplink answer", async () => {
		const { code, stdout } = await polywan.run("dns", "wan", "server3.lab");
		expect(stdout).toMatch(/^203\.0\.113\.1 {2}A {2}203\.0\.113\.3 {2}\([\d.]+ ms\)$/m);
		expect(stdout).toMatch(/^203\.0\.113\.1 {2}AAAA {2}2001:db8:ffff::3 /m);
		expect(code).toBe(0);
		const none = await polywan.run("dns", "wan", "nowhere.lab", "--type", "a", "--server", server(2).ipv4);
		expect(none).toMatchObject({ code: 1, stdout: expect.stringContaining("NXDOMAIN") });
	});

	it("captures what an uplink carries, whole packets up to a size", async () => {
		const capture = polywan.run(
			"capture",
			"slow",
			"/tmp/slow.pcap",
			"--filter",
			"icmp and host 203.0.113.5",
			"--seconds",
			"20",
			"--size",
			"10k",
		);
		await until("tcpdump listens", isCapturing);
		await polywan.run("ping", "slow", server(5).ipv4, "--count", "1");
		await site.router.mustRun(["sh", "-c", "polywan use slow ping -c 30 -i 0.01 -s 1000 203.0.113.5"]);
		const { code, stdout, stderr } = await capture;
		expect(stderr).toBe("");
		expect(stdout).toMatch(
			/^slow \(eth4\): icmp and host 203\.0\.113\.5\n(.*\n)*\d+ packets, [\d.]+ kB: the file is full$/m,
		);
		expect(code).toBe(0);
		const read = await site.router.mustRun([
			"sh",
			"-c",
			"stat -c %a:%s /tmp/slow.pcap; tcpdump -nr /tmp/slow.pcap 2>&1",
		]);
		const [about = "", ...packets] = read.trim().split("\n");
		expect(about).toMatch(/^600:(9\d{3}|10000)$/);
		expect(packets.filter((line) => line.includes("ICMP echo")).length).toBeGreaterThan(5);
		expect(read).not.toContain("truncated");
	});

	it("refuses a filter that is none", async () => {
		const wrong = await polywan.run("capture", "slow", "/tmp/x.pcap", "--filter", "no such word");
		expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("syntax error") });
		const evil = await polywan.run("capture", "slow", "/tmp/x.pcap", "--filter", "icmp; reboot");
		expect(evil).toMatchObject({ code: 2, stderr: expect.stringContaining("as tcpdump takes it") });
		expect((await site.router.run(["test", "-e", "/tmp/x.pcap"])).code).toBe(1);
	});

	const news = async (since = -1, hold = 0) =>
		(await site.router.ubus("polywan", "tools", { since, hold })) as unknown as ToolNews;
	const call = async (method: string, args: BlobTable): Promise<{ id: number } & BlobTable> => {
		const answer = await site.router.ubus("polywan", method, args);
		return { ...answer, id: Number(answer.id ?? 0) };
	};
	const endRuns = async () => {
		for (const { id, state } of (await news()).runs) if (state === "running") await call("tool_stop", { id });
		await until("nothing runs", async () => (await news()).runs.every(({ state }) => state !== "running"));
	};
	const runOf = async (id: number) => (await news()).runs.find((run) => run.id === id);

	it("runs them for others, tells how they go, and stops them", async () => {
		await endRuns();
		const start = (args: BlobTable) => call("tool_start", args);
		const { id } = await start({ kind: "ping", uplink: "wan", host: server(3).ipv4 });
		const first = await until("there is an answer", async () => {
			const now = await news();
			return now.runs.find((run) => run.id === id && run.lines.length > 1) && now;
		});
		const next = (await news(first.sequence, 10)).runs.find((run) => run.id === id);
		expect(next).toMatchObject({ state: "running", subject: server(3).ipv4 });
		// One more; several where the question was late.
		expect(next?.lines.length).toBeGreaterThan(0);
		for (const line of next?.lines ?? []) expect(line).toMatch(/^\d+ {2}203\.0\.113\.3: [\d.]+ ms$/);
		expect(first.runs.find((run) => run.id === id)?.lines).not.toContain(next?.lines[0]);
		expect(await start({ kind: "dns", uplink: "wan", host: "server3.lab" })).toEqual({
			id: 0,
			error: "ping over wan runs already; stop it first",
		});
		const others = await start({ kind: "dns", uplink: "cone", host: "server3.lab" });
		await until("it ended", async () => (await runOf(others.id))?.state === "done");
		await site.router.ubus("polywan", "tool_stop", { id });
		const ended = await until("it is stopped", async () => {
			const run = await runOf(id);
			return run?.state === "stopped" && run;
		});
		expect(ended.lines.at(-1)).toMatch(/^\d+ sent, \d+ received, 0 % lost; /);
		expect(await start({ kind: "ping", uplink: "wan", host: "-f" })).toMatchObject({ id: 0 });
		await expect(start({ kind: "capture", uplink: "wan" })).rejects.toThrow();
	});

	it("captures for others, and hands the file out in parts, to those who may", async () => {
		await endRuns();
		const args = { uplink: "wan", filter: "icmp and host 203.0.113.5", seconds: 20, bytes: 300_000 };
		const { id } = await call("capture_start", args);
		await until("tcpdump listens", isCapturing);
		await polywan.run("ping", "wan", server(5).ipv4, "--count", "1");
		const flood = "polywan use wan ping -c 150 -i 0.002 -s 1400 203.0.113.5";
		await site.router.run(["sh", "-c", flood]);
		const run = await until("it ended", async () => {
			const found = await runOf(id);
			return found?.state === "done" && found;
		});
		expect(run.lines.at(-1)).toMatch(/: the file is full$/);
		const part = async (n: number) => {
			const { data, parts } = await site.router.ubus("polywan", "capture_file", { id, part: n });
			return { bytes: Buffer.from(String(data), "base64"), parts };
		};
		const [first, second] = [await part(0), await part(1)];
		expect([first.parts, first.bytes.length + second.bytes.length]).toEqual([2, run.file_bytes]);
		const file = (await site.router.mustRun(["sh", "-c", "sha256sum /var/run/polywan/tools/*"])).split(" ");
		expect(createHash("sha256").update(first.bytes).update(second.bytes).digest("hex")).toBe(file[0]);
		await expect(site.router.ubus("polywan", "tool_file", { id, part: 0 })).rejects.toThrow();
		await expect(site.router.ubus("polywan", "capture_file", { id, part: 2 })).rejects.toThrow();
		await site.router.ubus("polywan", "tool_stop", { id });
		expect(await runOf(id)).toBeUndefined();
		expect(await site.router.mustRun(["ls", "/var/run/polywan/tools"])).toBe("");
	});

	it("makes a bundle for support without any secret", async () => {
		const secrets = {
			"polywan_secrets mqtt password": "Br0ker'Secret",
			"polywan_secrets phone token": "tk_verysecret",
			"polywan_secrets hook url": "https://hooks.example.com/services/T00/B00/hookSecret",
			"polywan_reports mqtt username": "mqttUser77",
			"network pppoe password": "ppp0e secret",
			"network pppoe username": "customer4711@isp.example",
			"network wg private_key": "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=",
			"network peer preshared_key": "FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE=",
			"network lte pincode": "8421",
			"wireless radio key": "wlan-Passw0rd",
		};
		const texts: Record<string, string> = { network: site.router.readFile("/etc/config/network") };
		for (const [place, secret] of Object.entries(secrets)) {
			const [file = "", section, option] = place.split(" ");
			const value = secret.replaceAll("'", "'\\''");
			texts[file] =
				`${texts[file] ?? ""}\nconfig thing '${section}x${option}'\n\toption ${option} '${value}' # ${secret}\n`;
		}
		for (const [name, text] of Object.entries(texts)) site.router.writeFile(`/etc/config/${name}`, text);
		const said = Object.values(secrets).filter((secret) => !/customer|mqttUser/.test(secret));
		for (const secret of said)
			await site.router.mustRun([
				"logger",
				"-t",
				"polywan",
				`cannot log in with ${secret} at https://me:${"pw"}@x`,
			]);
		const { code, stdout } = await polywan.run("support");
		expect(code).toBe(0);
		expect(Object.values(secrets).filter((secret) => stdout.includes(secret))).toEqual([]);
		expect(stdout).toContain("option private_key '***'");
		expect(stdout).toMatch(/cannot log in with \*\*\* at https:\/\/\*\*\*@x/);
		for (const title of ["polywan status", "polywan doctor", "ip -4 rule", "nft list ruleset", "logread"])
			expect(stdout).toMatch(new RegExp(`^===== ${title} =====\n.`, "m"));
		const { id } = await call("tool_start", { kind: "support" });
		await until("it is made", async () => (await runOf(id))?.state === "done", { timeoutMs: 30_000 });
		const { data } = await site.router.ubus("polywan", "tool_file", { id, part: 0 });
		expect(Buffer.from(String(data), "base64").toString()).toMatch(/^polywan support, 20/);
	});

	it("tells its log, and who waits of more", async () => {
		const log = async (args: BlobTable) =>
			(await site.router.ubus("polywan", "log", args)) as unknown as LogNews;
		const before = await log({});
		const last = before.lines.findLast(({ message, fields }) => message === "uplink" && fields.uplink);
		expect(last).toMatchObject({
			level: expect.stringMatching(/^(notice|warning)$/),
			program: "polywan",
			fields: { reason: expect.any(String) },
		});
		const afterMs = Date.now();
		let { sequence } = before;
		const heard: LogNews["lines"][number][] = [];
		const waiting = until("it is told", async () => {
			const news = await log({ since: sequence, hold: 20, after_ms: afterMs });
			sequence = news.sequence;
			heard.push(...news.lines);
			return heard.some(({ fields }) => fields.reason === "kept down by hand");
		});
		await polywan.run("down", "slow");
		await waiting;
		expect(heard.every(({ at_ms: atMs }) => atMs !== null && atMs >= afterMs)).toBe(true);
		await polywan.run("auto", "slow");
		const { stdout } = await polywan.run("log", "--level", "error");
		expect(stdout.split("\n").filter((line) => line !== "" && !line.includes(" daemon.err "))).toEqual([]);
	});

	it("leaves nothing behind when the daemon stops", async () => {
		await endRuns();
		await call("capture_start", { uplink: "slow", filter: "udp port 9", seconds: 300 });
		await until("tcpdump listens", isCapturing);
		await site.router.mustRun(["/etc/init.d/polywan", "restart"]);
		const isRunning = async () => (await site.router.run(["pgrep", "-x", "tcpdump"])).code === 0;
		await until("tcpdump ended", async () => !(await isRunning()));
		await until("another daemon answers", async () => (await news()).runs.length === 0);
		expect(await site.router.mustRun(["ls", "/var/run/polywan/tools"])).toBe("");
	});
});
