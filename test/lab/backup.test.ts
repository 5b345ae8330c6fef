import type { BackupReview } from "polywan-core/backup/review";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tidyBeforeRetry } from "./before-retry.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!asRoot)("polywan backup and restore", () => {
	let site: Site;
	let polywan: Polywan;
	const config = renderPolywanConfig({ globals: { log_level: "info" }, patient: true });

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config });
		polywan = new Polywan(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());
	tidyBeforeRetry(
		() => ({ site, polywan }),
		config,
		() => site.router.run(["ubus", "call", "polywan", "trial", '{"action":"cancel"}']),
	);

	const readConfig = () => site.router.readFile("/etc/config/polywan");
	const sh = (script: string) => site.router.mustRun(["sh", "-c", script]);

	it("brings everything back: configuration, user's script, wishes", async () => {
		site.router.writeFile("/etc/polywan.user", "exit 0 # mine\n");
		await sh("chmod 700 /etc/polywan.user");
		await polywan.run("down", "wanb");
		expect(await polywan.run("backup", "/root/polywan.json")).toMatchObject({
			code: 0,
			stdout: "",
			stderr: "",
		});
		expect(await sh("stat -c %a /root/polywan.json")).toBe("600\n");
		await polywan.run("auto", "wanb");
		await sh("echo exit 1 > /etc/polywan.user; chmod 755 /etc/polywan.user");
		await site.router.setConfig("polywan", config.replace("option tier '1'", "option tier '9'"));
		await until("the other configuration is in force", async () => (await polywan.uplink("wan")).tier === 9);
		const { code, stdout } = await polywan.run("restore", "/root/polywan.json");
		expect(code).toBe(0);
		expect(stdout).toContain("What was there before: polywan restore /etc/polywan/before-restore.json");
		expect(readConfig()).toBe(config);
		expect(site.router.readFile("/etc/polywan.user")).toBe("exit 0 # mine\n");
		expect(await sh("stat -c %a /etc/polywan.user")).toBe("700\n");
		expect(await polywan.uplink("wan")).toMatchObject({ tier: 1 });
		expect(await polywan.uplink("wanb")).toMatchObject({ wanted: "down" });
		await polywan.run("restore", "/etc/polywan/before-restore.json");
		expect(await polywan.uplink("wan")).toMatchObject({ tier: 9 });
		expect(site.router.readFile("/etc/polywan.user")).toBe("exit 1\n");
		await polywan.run("restore", "/root/polywan.json");
		await polywan.run("auto", "wanb");
	});

	it("goes through pipes", async () => {
		await sh("polywan backup | polywan restore -");
		expect(readConfig()).toBe(config);
	});

	it.each([
		["no JSON", () => "config globals 'globals'\n", "it is no backup of polywan"],
		[
			"another format",
			(text: string) => text.replace('"polywan_backup": 1', '"polywan_backup": 2'),
			"format 2",
		],
		[
			"a file that is not polywan's",
			(text: string) => text.replace("/etc/polywan.user", "/etc/passwd"),
			"none of polywan's files",
		],
		[
			"a configuration that cannot be read",
			(text: string) => text.replace("config globals", "kconfig globals"),
			"cannot be read",
		],
		[
			"an error in the configuration",
			(text: string) => text.replace("option tier '1'", "option tier '0'"),
			"polywan.wan.tier '0'",
		],
	])("refuses %s, and changes nothing", async (_, damage, complaint) => {
		const { stdout } = await polywan.run("backup");
		const before = await sh("cat /etc/passwd");
		site.router.writeFile("/root/damaged.json", damage(stdout));
		const refused = await polywan.run("restore", "/root/damaged.json");
		expect(refused.code).toBe(1);
		expect(refused.stdout + refused.stderr).toContain(complaint);
		expect(readConfig()).toBe(config);
		expect(await sh("cat /etc/passwd")).toBe(before);
	});

	it("takes a configuration with errors when told to", async () => {
		const { stdout } = await polywan.run("backup");
		site.router.writeFile("/root/odd.json", stdout.replace("option tier '1'", "option tier '0'"));
		expect((await polywan.run("restore", "/root/odd.json", "--dry-run")).code).toBe(1);
		expect(readConfig()).toBe(config);
		expect((await polywan.run("restore", "/root/odd.json", "--force")).code).toBe(0);
		expect(readConfig()).toContain("option tier '0'");
		await polywan.run("restore", "/root/polywan.json");
	});

	const restore = (args: Record<string, string | boolean | number>) =>
		site.router.ubus("polywan", "restore", args);
	/** As a browser sends a file: in pieces. */
	async function upload(text: string): Promise<string> {
		const id = `upload${Math.random()}`;
		for (let at = 0; at < text.length; at += 500)
			await restore({ action: "piece", id, text: text.slice(at, at + 500) });
		return id;
	}

	it("tells over the bus what a file would change, takes it on trial, and gives everything back", async () => {
		await polywan.run("auto", "wanb");
		const { text } = await site.router.ubus("polywan", "backup");
		const wishes = '"wanted": {\n  "wanb": "down"\n }';
		const other = String(text)
			.replace("option tier '1'", "option tier '7'")
			.replace("exit 0 # mine", "exit 0 # theirs")
			.replace(/"wanted": \{[^}]*\}/, wishes);
		const id = await upload(other);
		const review = (await restore({ action: "check", id })) as unknown as BackupReview;
		expect(review).toMatchObject({ error: null, problems: [] });
		expect(Object.fromEntries(review.files.map(({ path, state }) => [path, state]))).toMatchObject({
			"/etc/config/polywan": "changed",
			"/etc/config/polywan_reports": "same",
			"/etc/polywan.user": "changed",
		});
		expect(review.configs.polywan?.find(({ name }) => name === "wan")?.options.tier).toBe("7");
		expect(review.configs.polywan_secrets).toBeUndefined();
		expect(readConfig()).toBe(config);
		expect(await restore({ action: "apply", id, timeout: 60 })).toEqual({ error: null });
		expect(await polywan.uplink("wan")).toMatchObject({ tier: 7 });
		expect(await polywan.uplink("wanb")).toMatchObject({ wanted: "down" });
		await site.router.ubus("polywan", "trial", { action: "cancel" });
		expect(readConfig()).toBe(config);
		expect(site.router.readFile("/etc/polywan.user")).toBe("exit 0 # mine\n");
		await until("the wishes are as before", async () => (await polywan.uplink("wanb")).wanted === "auto");
		await restore({ action: "apply", id, timeout: 60 });
		await site.router.ubus("polywan", "trial", { action: "confirm" });
		expect(await polywan.uplink("wan")).toMatchObject({ tier: 7 });
		const { kept } = await restore({ action: "status" });
		expect(kept).toMatchObject({ version: expect.any(String) });
		await restore({ action: "apply", before: true, timeout: 60 });
		await site.router.ubus("polywan", "trial", { action: "confirm" });
		expect(readConfig()).toBe(config);
		await polywan.run("auto", "wanb");
	});

	it("refuses over the bus what it cannot use", async () => {
		const { text } = await site.router.ubus("polywan", "backup");
		const damaged = await upload(String(text).replace("option tier '1'", "option tier '0'"));
		expect(await restore({ action: "check", id: damaged })).toMatchObject({
			error: null,
			problems: [{ section: "wan", option: "tier" }],
		});
		expect(await restore({ action: "apply", id: damaged })).toEqual({
			error: "its configuration has errors",
		});
		expect(await restore({ action: "check", id: await upload("{}") })).toMatchObject({
			error: "it is no backup of polywan",
		});
		await expect(restore({ action: "check", id: "another" })).rejects.toThrow();
		expect(readConfig()).toBe(config);
	});

	it("works without the daemon", async () => {
		await sh("/etc/init.d/polywan stop");
		const { code, stderr } = await polywan.run("restore", "/root/polywan.json");
		expect({ code, stderr }).toEqual({
			code: 0,
			stderr: "polywan: the daemon does not run; it reads the files when it starts\n",
		});
	});
});
