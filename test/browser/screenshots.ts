import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { ALL_PAGES } from "../../ui/src/route.ts";
import { server } from "../lab/addresses.ts";
import { root } from "../lab/namespaces.ts";
import { until } from "../lab/until.ts";
import { PanelBed, panelUrl, signIn } from "./bed.ts";

/** What comes after the page. */
const LATE: Readonly<Record<string, string>> = {
	quality: ".graph-stack canvas",
	connections: ".connections td.number",
};
const looks = {
	light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
	dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
	phone: { colorScheme: "light", viewport: { width: 360, height: 740 } },
} as const;

const config = `config globals 'globals'
	option host_usage '1'

config uplink 'fibre'
	list interface 'wan'
	list interface 'wan6'
	option weight '3'

config uplink 'cable'
	list interface 'wanb'
	list interface 'wanb6'

config uplink 'lte'
	list interface 'wanc'
	option tier '2'

config policy 'balanced'
	option mode 'weighted'

config policy 'careful'

config member 'careful_fibre'
	option policy 'careful'
	option uplink 'fibre'

config member 'careful_lte'
	option policy 'careful'
	option uplink 'lte'
	option tier '2'

config rule 'gaming'
	option proto 'udp'
	option dest_port '27000-27100'
	option target 'cable'

config rule 'work'
	option src_ip '192.168.1.10'
	option target 'careful'

config rule 'everything'
	option target 'balanced'
`;

const files = {
	"/etc/config/mwan3": `config interface 'wan'
	option enabled '1'
	list track_ip '203.0.113.8'
	option max_ttl '12'
	option recovery_interval '5'

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
`,
};

const reports = {
	"/etc/config/polywan_reports": `config metrics 'metrics'

config mqtt 'mqtt'
	option enabled '1'
	option host '203.0.113.250'
	option username 'router'

config history 'history'
	option enabled '0'

config notify 'phone'
	option type 'webhook'
	option preset 'ntfy'
	option url 'http://203.0.113.5/polywan'

config notify 'log'
	option type 'syslog'
`,
	"/etc/config/polywan_secrets": "config secret 'mqtt'\n\toption password 'not shown'\n",
};

/** Writes a picture of every page in every look to test/browser/screenshots/, to be looked at. */
export async function takeScreenshots(folder = join(root, "test/browser/screenshots")): Promise<string[]> {
	mkdirSync(folder, { recursive: true });
	const written: string[] = [];
	const bed = await PanelBed.open({
		config,
		files,
		uplinks: { wan: { delayMs: 4 }, wanb: { delayMs: 12 }, wanc: { delayMs: 30, ipv6: false } },
	});
	try {
		await bed.site.router.ubus("polywan", "tool_start", {
			kind: "traceroute",
			uplink: "fibre",
			host: "server3.lab",
		});
		await bed.site.host(0).mustRun(["curl", "-sS", "-o", "-", `http://${server(5).ipv4}/`]);
		await bed.site.router.ubus("polywan", "capture_start", {
			uplink: "cable",
			filter: "udp port 53",
			seconds: 10,
		});
		for (const [path, text] of Object.entries(reports)) bed.site.router.writeFile(path, text);
		await bed.site.router.mustRun(["/etc/init.d/polywan-reports", "start"]);
		for (const [look, options] of Object.entries(looks)) {
			await bed.site.router.ubus("polywan", "tool_start", {
				kind: "ping",
				uplink: "fibre",
				host: server(3).ipv4,
			});
			const page = await bed.page(options);
			await page.goto(panelUrl);
			await page.locator(".login").waitFor();
			const shoot = async (name: string) => {
				const path = join(folder, `${name}-${look}.png`);
				await page.screenshot({ path, fullPage: true });
				written.push(path);
			};
			await shoot("login");
			await signIn(page, "root");
			await page.locator("article").first().waitFor();
			if (look === "light") await bed.site.uplink("wanb").blackhole();
			await until("an uplink is down", async () => (await page.locator("article .state.down").count()) > 0);
			for (const name of ALL_PAGES) {
				await page.goto(`${panelUrl}#${name}`);
				await page.locator("main h2").first().waitFor();
				await page
					.locator(LATE[name] ?? "main h2")
					.first()
					.waitFor();
				const closed = page.locator("button[aria-expanded=false]");
				if ((await closed.count()) > 0) await closed.first().click();
				// What these pages ask for comes a little later.
				if (name === "diagnostics")
					await page.locator(".push:disabled").first().waitFor({ state: "detached" });
				if (name === "log") await page.getByRole("region", { name: "System log" }).waitFor();
				if (name === "rules") await askWhy(page);
				if (name === "quality") await page.locator(".hosts").waitFor();
				await shoot(name);
			}
			await page.goto(`${panelUrl}#settings`);
			await page.getByRole("combobox", { name: "Log level", exact: true }).selectOption("debug");
			await page.locator(".staged").waitFor();
			await shoot("changed");
			page.on("dialog", (dialog) => dialog.accept());
			await page.getByRole("button", { name: "Discard" }).click();
			await page.locator(".staged").waitFor({ state: "detached" });
			await page.context().close();
		}
	} finally {
		await bed.close();
	}
	return written;
}

/** The tester beside the rules, with an answer. */
async function askWhy(page: Page): Promise<void> {
	await page.getByRole("button", { name: "Close: gaming" }).click();
	await page.getByLabel("From", { exact: true }).fill("192.168.1.10");
	await page.getByLabel("To (address or name)").fill("203.0.113.5");
	await page.getByRole("button", { name: "Ask" }).click();
	await page.locator(".steps").waitFor();
}
