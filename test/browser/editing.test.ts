import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { server } from "../lab/addresses.ts";
import { until } from "../lab/until.ts";
import { violations } from "./axe.ts";
import { canBrowse, PanelBed, panelUrl, signIn } from "./bed.ts";

const config = `config globals 'globals'

config uplink 'wan'
	option weight '3'

config uplink 'wanb'

config policy 'balanced'
	option mode 'weighted'

config policy 'backup'

config member 'backup_wan'
	option policy 'backup'
	option uplink 'wan'

config member 'backup_wanb'
	option policy 'backup'
	option uplink 'wanb'
	option tier '2'

config rule 'gaming'
	option proto 'udp'
	option dest_port '27000-27100'
	option target 'wanb'

config rule 'phones'
	option src_ip '192.168.1.10'
	option target 'backup'

config rule 'all'
	option target 'balanced'
`;

const MWAN3 = `
config interface 'wan'
	option enabled '1'
	list track_ip '203.0.113.8'
	option flavour 'vanilla'

config interface 'wanb'
	option enabled '1'

config member 'wan_m1'
	option interface 'wan'

config member 'wanb_m2'
	option interface 'wanb'
	option metric '2'

config policy 'first_wan'
	list use_member 'wan_m1'
	list use_member 'wanb_m2'

config rule 'everything'
	option use_policy 'first_wan'
`;

/** Seconds instead of a minute. */
const shortTrial = `
const real = fetch;
globalThis.fetch = (url, init) => real(url, { ...init, body: init.body.replace('"action":"begin","timeout":60', '"action":"begin","timeout":3') });
`;

/** Nothing of the panel reaches the router any more, nor the other way. */
const cutOff = `table inet cut {
	chain from { type filter hook input priority -400; tcp dport 80 drop; }
	chain to { type filter hook output priority -400; tcp sport 80 drop; }
}
`;

describe.skipIf(!canBrowse)("the panel edits the configuration", () => {
	let bed: PanelBed;
	let page: Page;

	beforeAll(async () => {
		bed = await PanelBed.open({ config, files: { "/etc/config/mwan3": MWAN3 } });
	});

	beforeEach(async () => {
		page = await bed.signedIn();
	});

	afterEach(async () => {
		await page?.context().close();
		await bed.site.router.ubus("polywan", "trial", { action: "cancel" });
	});

	afterAll(() => bed?.close());

	const bar = () => page.getByRole("region", { name: "Changes not in force yet" });
	const open = async (name: string) => {
		await page.goto(`${panelUrl}#${name}`);
		await page.locator("main h2").first().waitFor();
	};
	const inFile = (text: string) => bed.site.router.readFile("/etc/config/polywan").includes(text);
	const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
	const ruleNames = () => page.locator("ol.rows h3").allTextContents();

	const sessionId = () => page.evaluate<string>("sessionStorage.getItem('polywan-session')");

	async function isUp(): Promise<boolean> {
		const { uplinks } = await bed.site.router.ubus("polywan", "status");
		return (uplinks as { state: string }[]).every(({ state }) => state === "up");
	}

	async function isStaged(): Promise<boolean> {
		const args = { config: "polywan", ubus_rpc_session: await sessionId() };
		const { changes } = await bed.site.router.ubus("uci", "changes", args);
		return Array.isArray(changes) && changes.length > 0;
	}

	async function apply(): Promise<void> {
		await button("Apply on trial").click();
		await button("Keep it").click();
		await page.getByText("Applied and kept.").waitFor();
	}

	async function discard(): Promise<void> {
		page.once("dialog", (dialog) => dialog.accept());
		await button("Discard").click();
		await bar().waitFor({ state: "detached" });
	}

	it("says where a connection would go and why, marks the rule, and asks again when it is another way", async () => {
		await until("both uplinks are up", isUp, { timeoutMs: 40_000 });
		await open("rules");
		await page.getByLabel("From", { exact: true }).fill("192.168.1.10");
		await page.getByLabel("To (address or name)").fill(server(5).ipv4);
		await page.getByLabel("Protocol", { exact: true }).selectOption("tcp");
		await page.getByLabel("Port", { exact: true }).fill("443");
		await button("Ask").click();
		await page.getByText(/^It goes over wan \(/).waitFor();
		await page.locator(".rows > .hit").getByText("decides this").waitFor();
		expect(await page.locator(".rows > .hit h3").textContent()).toContain("phones");
		expect(await page.locator(".steps .decided").count()).toBeGreaterThan(0);
		expect(await violations(page)).toEqual([]);
		await bed.site.router.mustRun(["polywan", "down", "wan"]);
		await page.getByText(/^It goes over wanb \(/).waitFor();
		await bed.site.router.mustRun(["polywan", "auto", "wan"]);
		await page.getByText(/^It goes over wan \(/).waitFor();
		await page.getByLabel("From", { exact: true }).fill("nobody");
		await button("Ask").click();
		await page.getByText("the source 'nobody' is not an address").waitFor();
		expect(await page.locator(".rows > .hit").count()).toBe(0);
	});

	it("stages an option, tells the difference in words, applies and keeps it", async () => {
		await open("uplinks");
		await button("Edit: wan").click();
		await page.getByLabel("Weight").fill("4");
		await bar().getByText("Uplink wan: Weight 3 → 4").waitFor();
		await until("it is staged", isStaged);
		page.once("dialog", (dialog) => dialog.accept());
		await page.reload();
		await bar().getByText("Uplink wan: Weight 3 → 4").waitFor();
		expect(inFile("option weight '3'")).toBe(true);
		await apply();
		expect(inFile("option weight '4'")).toBe(true);
		await until("the daemon uses it", async () => {
			const { policies } = await bed.site.router.ubus("polywan", "policies");
			return JSON.stringify(policies).includes('"percent":80');
		});
		expect(await bar().isVisible()).toBe(false);
	});

	it("says what is wrong as it is typed, in the words of the CLI, and does not apply it", async () => {
		await open("uplinks");
		await button("Edit: wan").click();
		await page.getByLabel("Weight").fill("-1");
		const words = "must be a whole number from 1 to 1000";
		await page.locator("#wan-weight-wrong").getByText(words).waitFor();
		expect(await page.getByLabel("Weight").getAttribute("aria-invalid")).toBe("true");
		bed.site.router.writeFile("/tmp/wrong", config.replace("option weight '3'", "option weight '-1'"));
		const cli = await bed.site.router.run(["polywan", "check", "/tmp/wrong"]);
		expect(cli.stdout + cli.stderr).toContain(words);
		await until("apply is refused", () => button("Apply on trial").isDisabled());
		await discard();
		expect(await page.getByLabel("Weight").inputValue()).toBe("4");
	});

	it("returns to the configuration before, by hand and when the router says so", async () => {
		await open("settings");
		await page.getByLabel("Log level").selectOption("debug");
		await button("Apply on trial").click();
		await button("Return now").waitFor();
		expect(inFile("debug")).toBe(true);
		expect(await page.getByLabel("Log level").isDisabled()).toBe(true);
		await button("Return now").click();
		await page.getByText("The router returned to the configuration before").waitFor();
		expect(inFile("debug")).toBe(false);
		await bar().getByText("Log level debug").waitFor();
		await button("Apply on trial").click();
		await button("Keep it").waitFor();
		await until("it is in force", () => inFile("debug"));
		await bed.site.router.mustRun(["polywan", "apply", "cancel"]);
		await page.getByText("The router returned to the configuration before").waitFor();
		await bar().getByText("Log level debug").waitFor();
		await discard();
	});

	it.each([
		["when nobody keeps it", false],
		["when the change cut the browser off", true],
	])("the router returns to the configuration before by itself, %s", async (_, isCut) => {
		await page.addInitScript(shortTrial);
		await page.reload();
		await open("settings");
		await page.getByLabel("Log level").selectOption("debug");
		await button("Apply on trial").click();
		await button("Keep it").waitFor();
		const message = "The router returned to the configuration before";
		if (isCut) await bed.site.router.mustRun(["nft", "-f", "-"], { input: cutOff });
		try {
			await until("the router returned", () => !inFile("debug"), { timeoutMs: 20_000 });
			if (isCut) expect(await page.getByText(message).count()).toBe(0);
		} finally {
			if (isCut) await bed.site.router.mustRun(["nft", "delete", "table", "inet", "cut"]);
		}
		await page.getByText(message).waitFor({ timeout: 20_000 });
		await bar().getByText("Log level debug").waitFor();
		expect(await page.getByLabel("Log level").isDisabled()).toBe(false);
		await discard();
	});

	it("keeps edits when the session is lost in between", async () => {
		await open("uplinks");
		await button("Edit: wanb").click();
		await page.getByLabel("Weight").fill("7");
		await bar().getByText("Uplink wanb: Weight 7").waitFor();
		await until("it is staged", isStaged);
		const sid = await sessionId();
		await bed.site.router.ubus("session", "destroy", { ubus_rpc_session: sid });
		await page.getByLabel("Weight").fill("8");
		await page.getByRole("heading", { name: "Sign in to your router" }).waitFor();
		await signIn(page, "root");
		await bar().getByText("Uplink wanb: Weight 8").waitFor();
		await apply();
		expect(inFile("option weight '8'")).toBe(true);
	});

	it("moves rules by keyboard and by drag, switches them off and duplicates them", async () => {
		await open("rules");
		expect(await ruleNames()).toEqual(["gaming", "phones", "all"]);
		await button(/^Move rule phones,/).press("ArrowUp");
		expect(await ruleNames()).toEqual(["phones", "gaming", "all"]);
		await bar().getByText("Order of the rules: phones, gaming, all").waitFor();
		expect(await page.evaluate("document.activeElement.shadowRoot.activeElement.className")).toBe("handle");
		await drag(button(/^Move rule all,/), page.locator("[data-zone=phones]"));
		expect(await ruleNames()).toEqual(["all", "phones", "gaming"]);
		await page.getByRole("checkbox", { name: "Rule gaming is in force" }).uncheck();
		await button("Duplicate: phones").click();
		expect(await ruleNames()).toEqual(["all", "phones", "phones_copy", "gaming"]);
		await apply();
		const names = [...bed.site.router.readFile("/etc/config/polywan").matchAll(/^config rule '(\w+)'/gm)];
		expect(names.map(([, name]) => name)).toEqual(["all", "phones", "phones_copy", "gaming"]);
		expect(inFile("option enabled '0'")).toBe(true);
	});

	it("puts uplinks into tiers by keyboard and by drag, and shows the shares that follow", async () => {
		await open("policies");
		const policy = page.getByRole("region", { name: "backup" });
		const shares = policy.locator(".preview .share-key");
		expect(await shares.textContent()).toContain("wan 100 %");
		await policy.getByRole("button", { name: /^Move wanb,/ }).press("ArrowUp");
		await policy.getByLabel("Weight of wan", { exact: true }).fill("24");
		await policy.getByLabel("Weight of wanb", { exact: true }).fill("8");
		await until("both share", async () => (await shares.textContent())?.includes("wan 75.0 %"));
		await policy.getByLabel("Show the shares").selectOption("wan");
		await until("without wan", async () => (await shares.textContent())?.includes("wanb 100 %"));
		await drag(policy.getByRole("button", { name: /^Move wan,/ }), policy.locator("[data-zone=new]"));
		await policy.getByRole("heading", { name: "Tier 2" }).waitFor();
		await discard();
	});

	it("moves uplinks between tiers of their own by keyboard and by drag, switches them off, and copies a policy", async () => {
		await open("uplinks");
		await button(/^Move wanb,/).press("ArrowDown");
		await bar().getByText("Uplink wanb: Tier 2").waitFor();
		await page.getByRole("heading", { name: "Tier 2", exact: true }).waitFor();
		await drag(button(/^Move wanb,/), page.locator("[data-zone='1']"));
		await bar().waitFor({ state: "detached" });
		await page.getByRole("checkbox", { name: "In use: wanb" }).uncheck();
		await bar().getByText("Uplink wanb: In use 0").waitFor();
		await open("policies");
		await button("Duplicate: backup").click();
		await bar().getByText("Policy backup_copy added").waitFor();
		await bar().getByText("Member wanb → backup_copy added").waitFor();
		await discard();
	});

	it("adds and deletes what has a name, and refuses names UCI does not take", async () => {
		await open("uplinks");
		await page.getByLabel("Name").fill("my line");
		await page.getByText("A name has letters, digits and _ only.").waitFor();
		await page.getByLabel("Name").fill("lte");
		await button("Add uplink").click();
		await bar().getByText("Uplink lte added").waitFor();
		await page.getByRole("combobox", { name: "Interfaces" }).fill("wan6");
		await page.getByRole("combobox", { name: "Interfaces" }).press("Enter");
		await page.getByRole("button", { name: "Remove wan6" }).waitFor();
		page.once("dialog", (dialog) => dialog.accept());
		await button("Delete: wanb").click();
		await bar().getByText("Uplink wanb removed").waitFor();
		await bar().getByText("Member wanb → backup removed").waitFor();
		await discard();
	});

	it("takes a template over after telling what it does", async () => {
		await open("policies");
		await page.getByRole("link", { name: "Templates" }).click();
		await page.getByText("Everything no rule decides goes over wan; when it fails, over wanb").waitFor();
		await button("Earlier: wanb").click();
		await page.getByText("Everything no rule decides goes over wanb; when it fails, over wan").waitFor();
		await page.getByRole("radio", { name: /^Work VPN pinned/ }).check();
		await page.getByLabel("Uplink", { exact: true }).selectOption("wan");
		await page.getByRole("textbox", { name: "VPN servers" }).fill("198.51.100.7");
		await page.getByRole("textbox", { name: "VPN servers" }).press("Enter");
		await page.getByText("198.51.100.7: always over wan. When it fails, it waits").waitFor();
		expect(await violations(page)).toEqual([]);
		await button("Take over").click();
		await bar().getByText("Rule work_vpn_rule added").waitFor();
		expect((await ruleNames())[0]).toBe("work_vpn_rule");
		await discard();
	});

	it("imports mwan3's configuration as edits, and says what cannot be kept", async () => {
		await open("import");
		await page.getByText("Cannot be kept: 1").waitFor();
		await page.getByText("wan.flavour 'vanilla'").waitFor();
		await page.getByText("Policy first_wan added").waitFor();
		await page.getByText("Policy backup removed").waitFor();
		expect(await violations(page)).toEqual([]);
		await button("Take over").click();
		await bar().getByText("Policy first_wan added").waitFor();
		await until("it is staged", isStaged);
		expect(inFile("first_wan")).toBe(false);
		await discard();
	});

	it("sets up whom to tell, keeps secrets to itself, and sends a test", async () => {
		const { router } = bed.site;
		router.writeFile("/usr/lib/notify-me", "#!/bin/sh\ncat > /tmp/notified\n", 0o755);
		await router.mustRun(["mv", "/usr/sbin/polywan-reports", "/usr/sbin/absent"]);
		await open("notifications");
		await page.getByText("The package polywan-reports is not installed on this router").waitFor();
		await router.mustRun(["mv", "/usr/sbin/absent", "/usr/sbin/polywan-reports"]);
		await page.reload();
		// As its package's postinst does.
		await router.mustRun(["/etc/init.d/polywan-reports", "start"]);
		await open("notifications");
		await page.getByLabel("Name").first().fill("me");
		await button("Add receiver").click();
		await page.getByText("must be an address such as http://host/path").first().waitFor();
		expect(await button("Apply on trial").isDisabled()).toBe(true);
		await page.getByLabel("Means").selectOption("script");
		await page.getByLabel("Program").fill("/usr/lib/notify-me");
		const mqtt = page.getByRole("region", { name: "MQTT", exact: true });
		const mqttPassword = mqtt.getByLabel("Password", { exact: true });
		await mqtt.getByLabel("Broker").fill("203.0.113.250");
		await mqtt.getByLabel("In use").check();
		await mqttPassword.fill("s3cret");
		await bar().getByText("Secret of mqtt: Password is set anew").waitFor();
		await bar().getByText("MQTT: Broker 203.0.113.250").waitFor();
		expect(await violations(page)).toEqual([]);
		await apply();
		expect(router.readFile("/etc/config/polywan_secrets")).toContain("option password 's3cret'");
		await mqtt.getByText("Is set, and is never shown.").waitFor();
		expect(await mqttPassword.inputValue()).toBe("");
		await mqtt.getByText("Trouble", { exact: true }).waitFor();
		await until("a test can be sent", () => button("Send a test: me").isEnabled());
		await button("Send a test: me").click();
		await page.getByText("Sent.", { exact: true }).waitFor();
		expect(router.readFile("/tmp/notified")).toContain("This is a test.");
		await button("Take away: Password").click();
		await bar().getByText("Secret of mqtt: Password is taken away").waitFor();
		await mqtt.getByLabel("In use").uncheck();
		page.once("dialog", (dialog) => dialog.accept());
		await button("Delete: me").click();
		await apply();
		expect(router.readFile("/etc/config/polywan_secrets")).not.toContain("s3cret");
	});

	it("saves a backup, tells what it would change, restores it on trial, and goes back", async () => {
		const before = bed.site.router.readFile("/etc/config/polywan");
		await open("backup");
		const download = page.waitForEvent("download");
		await button("Download the backup").click();
		const backup = readFileSync(await (await download).path(), "utf8");
		const restore = (text: string) =>
			page.getByLabel("File of a backup").setInputFiles({
				name: "mine.json",
				mimeType: "application/json",
				buffer: Buffer.from(text),
			});
		await restore("{}");
		await page.getByText("it is no backup of polywan").waitFor();
		await restore(backup);
		await page.getByText("Everything is as in this file already.").waitFor();
		await restore(backup.replace("option dest_port '27000-27100'", "option dest_port '27015'"));
		await page.getByText("Rule gaming: Destination ports 27000-27100 → 27015").waitFor();
		expect(await violations(page)).toEqual([]);
		await button("Restore on trial").click();
		await button("Keep it").waitFor();
		expect(inFile("27015")).toBe(true);
		await button("Return now").click();
		await page.getByText("The router returned to the configuration before").waitFor();
		expect(bed.site.router.readFile("/etc/config/polywan")).toBe(before);
		await restore(backup.replace("option dest_port '27000-27100'", "option dest_port '27015'"));
		await button("Restore on trial").click();
		await button("Keep it").click();
		await page.getByText("Applied and kept.").waitFor();
		await button("Look at it").click();
		await page.getByText("Rule gaming: Destination ports 27015 → 27000-27100").waitFor();
		await button("Restore on trial").click();
		await button("Keep it").click();
		await page.getByText("Applied and kept.").waitFor();
		expect(bed.site.router.readFile("/etc/config/polywan")).toBe(before);
	});

	it("asks before it is left with changes", async () => {
		await open("settings");
		await page.getByLabel("Log level").selectOption("info");
		await bar().waitFor();
		const asked = new Promise<string>((resolve) =>
			page.once("dialog", (dialog) => {
				resolve(dialog.type());
				void dialog.dismiss();
			}),
		);
		await page.close({ runBeforeUnload: true });
		expect(await asked).toBe("beforeunload");
		await discard();
	});

	/** As a hand does it: down, over, up. */
	async function drag(handle: ReturnType<typeof button>, target: ReturnType<Page["locator"]>): Promise<void> {
		await handle.scrollIntoViewIfNeeded();
		const from = await handle.boundingBox();
		if (!from) throw new Error("the handle is not there");
		await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
		await page.mouse.down();
		await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2 + 4);
		const to = await target.boundingBox();
		if (!to) throw new Error("there is nothing to drop it on");
		await page.mouse.move(from.x + from.width / 2, to.y + 4, { steps: 4 });
		await page.mouse.up();
	}
});

describe.skipIf(!canBrowse)("the first visit", () => {
	it("finds the lines, proposes, tells what it will do, and applies it on trial", async () => {
		const bed = await PanelBed.open({ config: "" });
		try {
			const page = await bed.page();
			await page.goto(panelUrl);
			await signIn(page, "root");
			await page.getByRole("link", { name: "Set up" }).click();
			await page.getByRole("checkbox", { name: "Use wanb" }).waitFor();
			await page.getByRole("button", { name: "Earlier: wanb" }).click();
			await page.getByText("Uplink wanb added").waitFor();
			await page.getByText("Policy failover added").waitFor();
			await page.getByRole("button", { name: "Apply on trial" }).click();
			await page.getByRole("button", { name: "Keep it" }).click();
			await page.getByText("Applied and kept.").waitFor();
			const wanb = page.getByRole("article", { name: "wanb", exact: true });
			await wanb.locator("header .state").first().getByText("Up", { exact: true }).waitFor();
			await until("it carries everything", async () => (await wanb.textContent())?.includes("Share100"));
		} finally {
			await bed.close();
		}
	});
});
