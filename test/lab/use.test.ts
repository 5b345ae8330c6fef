import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
describe.skipIf(!asRoot).each(["nftables", "iptables"] as const)("polywan use with %s", (firewall) => {
	let site: Site;
	let polywan: Polywan;

	beforeAll(async () => {
		site = await Site.build({ firewall, daemon: true, config: renderPolywanConfig() });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	const url = (family: "ipv4" | "ipv6") =>
		family === "ipv4" ? `http://${server(1).ipv4}/` : `http://[${server(1).ipv6}]/`;

	it.each(["ipv4", "ipv6"] as const)("sends a command's %s connections over that uplink", async (family) => {
		for (const name of ["wan", "wanb"]) {
			const { code, stdout } = await polywan.run("use", name, "curl", "-s", "-m", "5", url(family));
			expect(code).toBe(0);
			expect(stdout.trim()).toBe(site.uplink(name).lease[family]?.address);
		}
		const without = await site.router.run(["curl", "-s", "-m", "5", url(family)]);
		expect(without.stdout.trim()).toBe(site.uplink("wan").lease[family]?.address);
	});

	it("does not look like damage", async () => {
		expect((await polywan.events()).filter(({ kind }) => kind === "repair")).toEqual([]);
	});

	it("works for both at the same time, and for an uplink that is not used", async () => {
		await polywan.run("down", "wanb");
		const names = ["wan", "wanb", "wan", "wanb"];
		const answers = await Promise.all(
			names.map((name) => polywan.run("use", name, "curl", "-s", "-m", "5", url("ipv4"))),
		);
		expect(answers.map(({ stdout }) => stdout.trim())).toEqual(
			names.map((name) => site.uplink(name).lease.ipv4.address),
		);
		await polywan.run("auto", "wanb");
	});

	it("leaves standard streams, exit code, environment and options to the command", async () => {
		const script = 'cat; echo "$UPLINK $DEVICE $1" >&2; exit 7';
		const { code, stdout, stderr } = await site.router.run(
			["polywan", "use", "wanb", "sh", "-c", script, "x", "--help"],
			{ input: "in\n" },
		);
		expect({ code, stdout, stderr }).toEqual({ code: 7, stdout: "in\n", stderr: "wanb eth2 --help\n" });
		expect(await polywan.run("use", "wan", "sh", "-c", "kill -TERM $$")).toMatchObject({ code: 143 });
	});

	it("goes on using it when somebody flushed everything meanwhile", async () => {
		const wait = 'touch /tmp/running; while [ ! -e /tmp/go ]; do sleep 0.05; done; curl -s -m 5 "$1"';
		await site.router.run(["rm", "-f", "/tmp/running", "/tmp/go"]);
		const { sequence } = await polywan.status();
		const running = polywan.run("use", "wanb", "sh", "-c", wait, "x", url("ipv4"));
		await until("it runs", async () => (await site.router.run(["ls", "/tmp/running"])).code === 0);
		const flush =
			firewall === "nftables" ? "nft flush ruleset" : "iptables -t mangle -F; ip6tables -t mangle -F";
		await site.router.mustRun(["sh", "-c", flush]);
		await until("it is put back", async () =>
			(await polywan.events()).some((event) => event.kind === "repair" && event.sequence > sequence),
		);
		await site.router.mustRun(["sh", "-c", "/etc/init.d/firewall reload; touch /tmp/go"]);
		expect((await running).stdout.trim()).toBe(site.uplink("wanb").lease.ipv4.address);
	});

	it("says what it cannot do", async () => {
		const missing = await polywan.run("use", "wan", "no-such-command");
		expect(missing).toMatchObject({ code: 127 });
		expect(missing.stderr).toContain("no-such-command");
		const unknown = await polywan.run("use", "nobody", "true");
		expect(unknown).toMatchObject({ code: 2 });
		expect(unknown.stderr).toContain("there is no uplink 'nobody'; there are wan, wanb");
		expect(await polywan.run("use", "wan")).toMatchObject({ code: 2 });
	});

	it("goes with polywan, and is no difference", async () => {
		expect((await polywan.run("diff")).code).toBe(0);
		await site.router.mustRun(["/etc/init.d/polywan", "stop"]);
		const list = "nft list ruleset; iptables-save; ip6tables-save";
		expect(await site.router.mustRun(["sh", "-c", list])).not.toContain("polywan");
		expect(await polywan.run("use", "wan", "true")).toMatchObject({ code: 3 });
	});
});
