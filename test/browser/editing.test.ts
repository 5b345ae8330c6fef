import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../lab/until.ts";
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

describe.skipIf(!canBrowse)("the panel edits the configuration", () => {
	let bed: PanelBed;
	let page: Page;

	beforeAll(async () => {
		bed = await PanelBed.open({ config });
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
