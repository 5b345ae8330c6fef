import { readFileSync } from "node:fs";
import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PageName } from "../../ui/src/route.ts";
import { server } from "../lab/addresses.ts";
import { violations } from "./axe.ts";
import { agree, canBrowse, PanelBed, panelUrl, saved, showPage, signIn, until } from "./bed.ts";
import { beginTriesAlike, isHealthy } from "./tries.ts";

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
const shortTrial = (seconds: number) => `{
	const real = fetch;
	const short = '"action":"begin","timeout":${seconds}';
	globalThis.fetch = (url, init) =>
		real(url, { ...init, body: init.body.replace('"action":"begin","timeout":60', short) });
}`;

/** The first call that has these words, or its answer, waits until `letGo()` is called in the page. */
const heldBack = (words: RegExp, what: "call" | "answer") => `{
	const real = fetch;
	const released = new Promise((letGo) => Object.assign(globalThis, { letGo }));
	let isFirst = true;
	globalThis.fetch = async (url, init) => {
		if (!isFirst || !${words}.test(init.body)) return real(url, init);
		isFirst = false;
		if (${what === "call"}) await released;
		const answer = await real(url, init);
		await released;
		return answer;
	};
}`;

/** Nothing of the panel reaches the router any more, nor the other way. */
const cutOff = `table inet cut {
	chain from { type filter hook input priority -400; tcp dport 80 drop; }
	chain to { type filter hook output priority -400; tcp sport 80 drop; }
}
`;

const TRIAL_STATUS = '"trial",{"action":"status"}';
const REPORTS = "/usr/sbin/polywan-reports";
const REPORTS_AWAY = "/usr/sbin/absent";

describe.skipIf(!canBrowse)("the panel edits the configuration", () => {
	let bed: PanelBed;
	let page: Page;

	beforeAll(async () => {
		bed = await PanelBed.open({ config, files: { "/etc/config/mwan3": MWAN3 } });
		await until("both uplinks are up", () => isHealthy(bed));
	});

	beginTriesAlike(
		() => bed,
		async () => {
			await bed.site.router.run(["mv", REPORTS_AWAY, REPORTS]);
			await bed.site.router.run(["nft", "delete", "table", "inet", "cut"]);
		},
	);

	beforeEach(async () => {
		page = await bed.signedIn();
	});

	afterAll(() => bed?.close());

	const bar = () => page.getByRole("region", { name: "Changes not in force yet" });
	const open = (name: PageName) => showPage(page, name);
	const inFile = (text: string) => bed.site.router.readFile("/etc/config/polywan").includes(text);
	const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
	const rulesAre = (...names: string[]) =>
		until(`the rules are ${names}`, async () => {
			const seen = await page.locator("ol.rows h3").allTextContents();
			return seen.join() === names.join();
		});

	const trialState = async () => (await bed.site.router.ubus("polywan", "trial", { action: "status" })).state;
	const sessionId = () => page.evaluate<string>("sessionStorage.getItem('polywan-session')");

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
		agree(page);
		await button("Discard").click();
		await bar().waitFor({ state: "detached" });
	}

	it("says where a connection would go and why, marks the rule, and asks again when it is another way", async () => {
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
		await page.locator(".rows > .hit").waitFor({ state: "detached" });
	});

	it("stages an option, tells the difference in words, applies and keeps it", async () => {
		await open("uplinks");
		await button("Edit: wan").click();
		await page.getByLabel("Weight").fill("4");
		await bar().getByText("Uplink wan: Weight 3 → 4").waitFor();
		await until("it is staged", isStaged);
		agree(page);
		await page.reload();
		await bar().getByText("Uplink wan: Weight 3 → 4").waitFor();
		expect(inFile("option weight '3'")).toBe(true);
		await apply();
		expect(inFile("option weight '4'")).toBe(true);
		await until("the daemon uses it", async () => {
			const { policies } = await bed.site.router.ubus("polywan", "policies");
			return JSON.stringify(policies).includes('"percent":80');
		});
		await bar().waitFor({ state: "detached" });
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
		await until("the field is as before", async () => (await page.getByLabel("Weight").inputValue()) === "3");
	});

	it("returns to the configuration before, by hand and when the router says so", async () => {
		await page.addInitScript(heldBack(/"uci","commit"/, "call"));
		await page.reload();
		await open("settings");
		await page.getByRole("combobox", { name: "Log level", exact: true }).selectOption("debug");
		// The page is told of the trial, and looks, before there is anything in it.
		const isLook = (response: Response) => response.request().postData()?.includes(TRIAL_STATUS) ?? false;
		await Promise.all([page.waitForResponse(isLook), button("Apply on trial").click()]);
		await until("the trial has begun", async () => (await trialState()) === "pending");
		// Return now would come before what it takes back.
		expect(await button("Return now").count()).toBe(0);
		await page.evaluate("letGo()");
		await button("Return now").waitFor();
		expect(inFile("debug")).toBe(true);
		await until("nothing can be edited", () =>
			page.getByRole("combobox", { name: "Log level", exact: true }).isDisabled(),
		);
		await button("Return now").click();
		await page.getByText("The router returned to the configuration before").waitFor();
		expect(inFile("debug")).toBe(false);
		await bar().getByText("Log level debug").waitFor();
		await button("Apply on trial").click();
		await button("Keep it").waitFor();
		expect(inFile("debug")).toBe(true);
		await bed.site.router.mustRun(["polywan", "apply", "cancel"]);
		await page.getByText("The router returned to the configuration before").waitFor();
		await bar().getByText("Log level debug").waitFor();
		await discard();
	});

	it.each([
		["when nobody keeps it", false, 3],
		// Time enough to cut it off before.
		["when the change cut the browser off", true, 5],
	])("the router returns to the configuration before by itself, %s", async (_, isCut, seconds) => {
		await page.addInitScript(shortTrial(seconds));
		await page.reload();
		await open("settings");
		await page.getByRole("combobox", { name: "Log level", exact: true }).selectOption("debug");
		await button("Apply on trial").click();
		await button("Keep it").waitFor();
		const message = "The router returned to the configuration before";
		if (isCut) await bed.site.router.mustRun(["nft", "-f", "-"], { input: cutOff });
		try {
			await until("the router returned", () => !inFile("debug"));
			if (isCut) expect(await page.getByText(message).count()).toBe(0);
		} finally {
			if (isCut) await bed.site.router.mustRun(["nft", "delete", "table", "inet", "cut"]);
		}
		await page.getByText(message).waitFor();
		await bar().getByText("Log level debug").waitFor();
		await until("it can be edited again", () =>
			page.getByRole("combobox", { name: "Log level", exact: true }).isEnabled(),
		);
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
		await rulesAre("gaming", "phones", "all");
		await button(/^Move rule phones,/).press("ArrowUp");
		await rulesAre("phones", "gaming", "all");
		await bar().getByText("Order of the rules: phones, gaming, all").waitFor();
		expect(await page.evaluate("document.activeElement.shadowRoot.activeElement.className")).toBe("handle");
		await drag(button(/^Move rule all,/), page.locator("[data-zone=phones]"));
		await rulesAre("all", "phones", "gaming");
		await page.getByRole("checkbox", { name: "Rule gaming is in force" }).uncheck();
		await button("Duplicate: phones").click();
		await rulesAre("all", "phones", "phones_copy", "gaming");
		await apply();
		const names = [...bed.site.router.readFile("/etc/config/polywan").matchAll(/^config rule '(\w+)'/gm)];
		expect(names.map(([, name]) => name)).toEqual(["all", "phones", "phones_copy", "gaming"]);
		expect(inFile("option enabled '0'")).toBe(true);
	});

	it("puts uplinks into tiers by keyboard and by drag, and shows the shares that follow", async () => {
		await open("policies");
		const policy = page.getByRole("region", { name: "backup" });
		const shares = policy.locator(".preview .share-key");
		await shares.getByText("wan 100 %").waitFor();
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
		agree(page);
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
		await page.locator("ol.rows > li").first().getByRole("heading", { name: "work_vpn_rule" }).waitFor();
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
		await router.mustRun(["mv", REPORTS, REPORTS_AWAY]);
		await open("notifications");
		await page.getByText("The package polywan-reports is not installed on this router").waitFor();
		await router.mustRun(["mv", REPORTS_AWAY, REPORTS]);
		await page.reload();
		// As its package's postinst does.
		await router.mustRun(["/etc/init.d/polywan-reports", "start"]);
		await open("notifications");
		await page.getByLabel("Name").first().fill("me");
		await button("Add receiver").click();
		await page.getByText("must be an address such as http://host/path").first().waitFor();
		await until("apply is refused", () => button("Apply on trial").isDisabled());
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
		await until("the password is gone from the page", async () => (await mqttPassword.inputValue()) === "");
		await mqtt.getByText("Trouble", { exact: true }).waitFor();
		await until("a test can be sent", () => button("Send a test: me").isEnabled());
		await button("Send a test: me").click();
		await page.getByText("Sent.", { exact: true }).waitFor();
		await until("it was told", () => router.readFile("/tmp/notified").includes("This is a test."));
		await button("Take away: Password").click();
		await bar().getByText("Secret of mqtt: Password is taken away").waitFor();
		await mqtt.getByLabel("In use").uncheck();
		agree(page);
		await button("Delete: me").click();
		await apply();
		expect(router.readFile("/etc/config/polywan_secrets")).not.toContain("s3cret");
	});

	it("saves a backup, tells what it would change, restores it on trial, and goes back", async () => {
		const before = bed.site.router.readFile("/etc/config/polywan");
		await page.addInitScript(heldBack(/"restore",.*"apply"/, "answer"));
		await page.reload();
		await open("backup");
		const file = await saved(page, () => button("Download the backup").click());
		const backup = readFileSync(await file.path(), "utf8");
		const chooser = page.getByLabel("File of a backup");
		const choose = (name: string, text: string) =>
			chooser.setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
		const restore = async (name: string, text: string) => {
			await until("a file can be chosen", () => chooser.isEnabled());
			await choose(name, text);
			await page.getByRole("heading", { name: `What would change: ${name}` }).waitFor();
		};
		const changed = backup.replace("option dest_port '27000-27100'", "option dest_port '27015'");
		await restore("none.json", "{}");
		await page.getByText("it is no backup of polywan").waitFor();
		await restore("same.json", backup);
		await page.getByText("Everything is as in this file already.").waitFor();
		await restore("mine.json", changed);
		await page.getByText("Rule gaming: Destination ports 27000-27100 → 27015").waitFor();
		expect(await violations(page)).toEqual([]);
		await button("Restore on trial").click();
		await button("Return now").waitFor();
		expect(inFile("27015")).toBe(true);
		await button("Return now").click();
		await page.getByText("The router returned to the configuration before").waitFor();
		expect(bed.site.router.readFile("/etc/config/polywan")).toBe(before);
		// The answer to the restore comes late, and takes nothing away that is looked at by then.
		expect(await chooser.isDisabled()).toBe(true);
		await choose("other.json", changed);
		await page.getByRole("heading", { name: "What would change: other.json" }).waitFor();
		expect(await button("Restore on trial").isDisabled()).toBe(true);
		await page.evaluate("letGo()");
		await button("Restore on trial").click();
		await button("Keep it").click();
		await page.getByText("Applied and kept.").waitFor();
		expect(inFile("27015")).toBe(true);
		await button("Look at it").click();
		await page.getByText("Rule gaming: Destination ports 27015 → 27000-27100").waitFor();
		await button("Restore on trial").click();
		await button("Keep it").waitFor();
		expect(await page.getByText("Applied and kept.").count()).toBe(0);
		await button("Keep it").click();
		await page.getByText("Applied and kept.").waitFor();
		expect(bed.site.router.readFile("/etc/config/polywan")).toBe(before);
	});

	it("asks before it is left with changes", async () => {
		await open("settings");
		await page.getByRole("combobox", { name: "Log level", exact: true }).selectOption("info");
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

	it("finds the lines at the first visit, proposes, tells what it will do, and applies it on trial", async () => {
		await page.context().close();
		bed.site.router.writeFile("/etc/config/polywan", "");
		await bed.site.router.mustRun(["/etc/init.d/polywan", "restart"]);
		await until("it has no uplinks", async () => {
			const { uplinks } = await bed.site.router.ubus("polywan", "status");
			return (uplinks as unknown[]).length === 0;
		});
		page = await bed.page();
		await page.goto(panelUrl);
		await signIn(page, "root");
		await page.getByRole("link", { name: "Set up" }).click();
		await page.getByRole("checkbox", { name: "Use wanb" }).waitFor();
		await button("Earlier: wanb").click();
		await page.getByText("Uplink wanb added").waitFor();
		await page.getByText("Policy failover added").waitFor();
		await apply();
		const wanb = page.getByRole("article", { name: "wanb", exact: true });
		await wanb.locator("header .state").first().getByText("Up", { exact: true }).waitFor();
		await until("it carries everything", async () => (await wanb.textContent())?.includes("Share100"));
	});

	/** As a hand does it: down, over, up. */
	async function drag(handle: ReturnType<typeof button>, target: ReturnType<Page["locator"]>): Promise<void> {
		await until("it is taken up", async () => {
			await handle.hover();
			await page.mouse.down();
			if ((await page.locator(".dragged").count()) > 0) return true;
			await page.mouse.up();
			return false;
		});
		const from = await handle.boundingBox();
		if (!from) throw new Error("the handle is not there");
		await until("it is over the target", async () => {
			const to = await target.boundingBox();
			if (to) await page.mouse.move(from.x + from.width / 2, to.y + 4, { steps: 4 });
			return /\bdrop-(before|on)\b/.test((await target.getAttribute("class")) ?? "");
		});
		await page.mouse.up();
	}
});
