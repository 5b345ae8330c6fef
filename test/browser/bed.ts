import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	chromium,
	type Download,
	type Page,
} from "playwright-core";
import { PAGES, type PageName } from "../../ui/src/route.ts";
import { lan } from "../lab/addresses.ts";
import type { Host } from "../lab/host.ts";
import { labProgram } from "../lab/namespaces.ts";
import { Site, type SiteSpec } from "../lab/site.ts";
import { until as untilSoon } from "../lab/until.ts";
import { crypt } from "../openwrt/rpcd/crypt.ts";

const chromiumPath = "/usr/bin/chromium";

/** Whether the panel's tests can run here: they need network namespaces and Debian's Chromium. */
export const canBrowse = process.getuid?.() === 0 && existsSync(chromiumPath);

export const origin = `http://${lan.router.ipv4}`;
export const panelUrl = `${origin}/polywan/`;
export const password = "correct horse";

/** For everything a test waits for: a machine with ten times the work it can do is slow, not wrong. */
export const PATIENCE_MS = 30_000;
const LOOK_MS = 50;
/** Chromium unpacks a lot when it starts. */
const LAUNCH_MS = 90_000;

/** root may do everything, "viewer" may only look, "editor" has the panel's own grant. */
export const accounts = {
	"/etc/shadow": `root:${crypt(password, "$5$rounds=1000$lab")}:0:0:99999:7:::\n`,
	"/etc/config/rpcd": [
		"config login\n\toption username 'root'\n\toption password '$p$root'\n\tlist read '*'\n\tlist write '*'\n",
		`config login\n\toption username 'viewer'\n\toption password '${crypt(password, "$5$rounds=1000$lab")}'\n\tlist read 'luci-app-polywan'\n`,
		`config login\n\toption username 'editor'\n\toption password '${crypt(password, "$5$rounds=1000$lab")}'\n\tlist read 'luci-app-polywan'\n\tlist write 'luci-app-polywan'\n`,
	].join("\n"),
};

const quiet = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];

/** The lab with a router that serves the panel, and a browser on a computer in its LAN. */
export class PanelBed {
	readonly site: Site;
	readonly browser: Browser;
	readonly #folder: string;

	private constructor(site: Site, browser: Browser, folder: string) {
		this.site = site;
		this.browser = browser;
		this.#folder = folder;
	}

	static async open(spec: SiteSpec = {}): Promise<PanelBed> {
		const site = await Site.build({
			daemon: true,
			...spec,
			web: true,
			files: { ...accounts, ...spec.files },
		});
		const folder = mkdtempSync(join(tmpdir(), "polywan-browser-"));
		try {
			return new PanelBed(site, await launch(site.host(0), folder), folder);
		} catch (error) {
			await site.close();
			rmSync(folder, { recursive: true, force: true });
			throw error;
		}
	}

	/** A page of a fresh profile; it is closed by `context().close()`. */
	async page(options: BrowserContextOptions = {}): Promise<Page> {
		const context = await this.context(options);
		return context.newPage();
	}

	async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
		const context = await this.browser.newContext({ locale: "en-US", ...options });
		context.setDefaultTimeout(PATIENCE_MS);
		return context;
	}

	/** A page that is signed in and shows the overview. */
	async signedIn(user = "root", options: BrowserContextOptions = {}): Promise<Page> {
		const page = await this.page(options);
		await page.goto(panelUrl);
		await signIn(page, user);
		await page.getByRole("article").first().waitFor();
		return page;
	}

	async close(): Promise<void> {
		await this.browser.close();
		await this.site.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** As the lab's, with a browser's patience. */
export function until(description: string, condition: () => unknown): Promise<unknown> {
	return untilSoon(description, condition, { timeoutMs: PATIENCE_MS, intervalMs: LOOK_MS });
}

/** Goes to a page, and waits until it is there instead of the one before. */
export async function showPage(page: Page, name: PageName): Promise<void> {
	await page.goto(`${panelUrl}#${name}`);
	const hasTab = PAGES.some((known) => known === name);
	await page.locator(`nav a[aria-current]:not([href="#${name}"])`).waitFor({ state: "detached" });
	await page
		.locator(hasTab ? "main h2:not(.staged h2)" : `#${name}-title`)
		.first()
		.waitFor();
}

/** What the browser saves when that is done. */
export async function saved(page: Page, act: () => Promise<unknown>): Promise<Download> {
	const [file] = await Promise.all([page.waitForEvent("download"), act()]);
	return file;
}

/** Says yes to the question that comes next. */
export function agree(page: Page): void {
	page.once("dialog", (dialog) => void dialog.accept().catch(() => {}));
}

/** Fills in the form that asks for user and password. */
export async function signIn(page: Page, user: string, secret = password): Promise<void> {
	await page.locator("[name=username]").fill(user);
	await page.locator("[name=password]").fill(secret);
	await page.locator(".login button").click();
}

/** Chromium as a program of a LAN host: what it reaches is what a computer there reaches. */
function launch(host: Host, folder: string): Promise<Browser> {
	const [, pid = "", fd = ""] = /^\/proc\/(\d+)\/fd\/(\d+)$/.exec(host.network.path) ?? [];
	const program = join(folder, "chromium");
	writeFileSync(program, `#!/bin/sh\nexec ${labProgram("enter")} ${pid} ${fd} -- ${chromiumPath} "$@"\n`);
	chmodSync(program, 0o755);
	return chromium.launch({ executablePath: program, args: quiet, timeout: LAUNCH_MS });
}
