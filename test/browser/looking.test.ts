import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "../lab/addresses.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Reports } from "../lab/reports/reports.ts";
import { until } from "../lab/until.ts";
import { violations } from "./axe.ts";
import { canBrowse, PanelBed, panelUrl } from "./bed.ts";

const ENTRIES = 10_000;

describe.skipIf(!canBrowse)("the panel for those who want to know more", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open({
			config: renderPolywanConfig({
				uplinks: { wan: { quota: "1000000000" }, wanb: { tier: "2" } },
				rules: { web: { proto: "tcp", dest_port: "80", target: "wanb" } },
			}),
		});
		await until("both uplinks are up", async () => {
			const { uplinks } = await bed.site.router.ubus("polywan", "status");
			return (uplinks as { state: string }[]).every(({ state }) => state === "up");
		});
		// Connections of one computer to as many servers, half of them over each uplink.
		const lines = Array.from({ length: ENTRIES }, (_, n) => {
			const to = `10.0.${n >> 8}.${n & 255}`;
			const mark = (1 + (n % 2)) * 0x1000000;
			return `-I -p tcp -s 192.168.1.77 -d ${to} --sport 40000 --dport 443 --state ESTABLISHED -t 3000 -m ${mark}\n`;
		});
		bed.site.router.writeFile("/tmp/connections", lines.join(""));
		await bed.site.router.mustRun(["conntrack", "-R", "/tmp/connections"], { timeoutMs: 60_000 });
	});

	afterAll(() => bed?.close());

	const list = (page: Page) => page.locator(".connections");
	const rows = (page: Page) => list(page).locator("tbody tr");
	const cell = (page: Page, text: string) => list(page).getByRole("cell", { name: text, exact: true });

	it("lists any number of connections, draws those that are seen, and filters them at the router", async () => {
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#connections`);
		await rows(page).first().waitFor();
		const counted = async () => Number(await list(page).locator("table").getAttribute("aria-rowcount")) - 1;
		await until("all are counted", async () => (await counted()) >= ENTRIES);
		expect(await rows(page).count()).toBeLessThan(120);
		await page.getByLabel("From", { exact: true }).fill("192.168.1.77");
		await page.getByLabel("To", { exact: true }).fill("10.0.7.0/24");
		await until("the filter is in force", async () => (await counted()) === 256);
		await list(page).evaluate((box) => box.scrollTo(0, box.scrollHeight));
		await rows(page).nth(-1).getByText("192.168.1.77:40000").waitFor();
		expect(await rows(page).last().getAttribute("aria-rowindex")).toBe("257");
		await page.getByRole("combobox", { name: "Uplink" }).selectOption("wan");
		await until("the filter is in force", async () => (await counted()) === 128);
		await page.getByLabel("To", { exact: true }).fill("10.0.7.");
		await page.getByText("This is no address and no network.").waitFor();
		await page.getByLabel("Contains").fill(":443");
		await page.getByText(/Searched: the 3000/).waitFor();
		expect(await violations(page)).toEqual([]);
		await page.context().close();
	});

	it("groups connections, and ends them after a question", async () => {
		const page = await bed.signedIn();
		const questions: string[] = [];
		page.on("dialog", (dialog) => {
			questions.push(dialog.message());
			void dialog.accept();
		});
		await page.goto(`${panelUrl}#connections`);
		await page.getByLabel("Group by").selectOption("uplink");
		await page.getByRole("row", { name: /^wanb Connections: [45]\d\d\d / }).waitFor();
		await page.getByLabel("Group by").selectOption("host");
		const host = page.getByRole("button", { name: "192.168.1.77", exact: false }).first();
		await host.waitFor();
		expect(await host.getAttribute("aria-expanded")).toBe("false");
		await host.press("Enter");
		await list(page).getByRole("cell", { name: "192.168.1.77:40000" }).first().waitFor();
		expect(await violations(page)).toEqual([]);
		await page.getByLabel("To", { exact: true }).fill("10.0.9.9");
		await page.getByLabel("Group by").selectOption("app");
		await page.getByRole("row", { name: /HTTPS Connections: 1/ }).waitFor();
		await page.getByLabel("Group by").selectOption("uplink");
		await page.getByRole("row", { name: /wanb Connections: 1/ }).waitFor();
		await page.goto(`${panelUrl}#log`);
		await page.getByRole("heading", { name: "Events" }).waitFor();
		await page.goto(`${panelUrl}#connections`);
		await page.getByRole("button", { name: "wanb", exact: false }).first().click();
		await cell(page, "10.0.9.9:443").waitFor();
		await list(page).getByRole("button", { name: /^End:/ }).click();
		await page.getByText("1 ended.").waitFor();
		await page.getByText("No connection matches.").waitFor();
		await page.getByLabel("To", { exact: true }).fill("10.0.9.0/28");
		await page.getByRole("button", { name: "End all: wan", exact: true }).click();
		await page.getByText("8 ended.").waitFor();
		await page.getByLabel("Group by").selectOption("none");
		await page.getByLabel("Contains").fill("10.0.9.1");
		await page.getByRole("button", { name: "End these 4" }).click();
		await page.getByText("4 ended.").waitFor();
		await page.getByLabel("Contains").fill("");
		await page.getByRole("button", { name: "End these 3" }).click();
		await page.getByText("3 ended.").waitFor();
		expect(questions.slice(0, 2)).toEqual([
			"End the connection 192.168.1.77:40000 → 10.0.9.9:443?",
			"End all 8 connections of wan?",
		]);
		await page.context().close();
	});

	it("lets a read-only user look at connections and end none", async () => {
		const page = await bed.signedIn("viewer");
		await page.goto(`${panelUrl}#connections`);
		await page.getByLabel("From", { exact: true }).fill("192.168.1.77");
		await cell(page, "192.168.1.77:40000").first().waitFor();
		expect(await page.getByRole("button", { name: /^End/ }).count()).toBe(0);
		const sid = await page.evaluate<string>("sessionStorage.getItem('polywan-session')");
		const call = [sid, "polywan", "connections_kill", { source: "192.168.1.77" }];
		const body = JSON.stringify(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "call", params: call }));
		const { error } = await page.evaluate<{ error?: { code: number } }>(
			`fetch("/ubus", { method: "POST", body: ${body} }).then((answer) => answer.json())`,
		);
		expect(error?.code).toBe(-32002);
		await bed.site.router.ubus("polywan", "tool_start", { kind: "dns", uplink: "wan", host: "server3.lab" });
		for (const [name, text] of [
			["log", "What polywan and its companions wrote to it, the newest first."],
			["quality", "Service level"],
			["diagnostics", "The kernel is as the configuration wants it."],
		]) {
			await page.goto(`${panelUrl}#${name}`);
			await page.getByText(text ?? "").waitFor();
			expect(await page.getByText("The router gave no answer.").count()).toBe(0);
		}
		const output = page.getByRole("log", { name: "Output: Name servers · wan · server3.lab" });
		await output.getByText("2001:db8:ffff::3").waitFor();
		await page.getByText("This needs the access group polywan-capture").waitFor();
		expect(await page.getByRole("button", { name: /^(Start|Stop|Remove|Make it|Save)/ }).count()).toBe(0);
		await page.context().close();
	});

	it("counts what each rule took", async () => {
		await bed.site.host(0).mustRun(["curl", "-s", `http://${server(1).ipv4}/`]);
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#rules`);
		await page
			.getByRole("listitem")
			.filter({ hasText: "web" })
			.getByText(/^Connections: [1-9]\d*$/)
			.waitFor();
		await page.context().close();
	});

	/** Reads as a slider does: where it stands, in words. */
	const reading = (page: Page) => page.getByRole("slider").getAttribute("aria-valuetext");

	it("tells quality and usage, and saves them", async () => {
		const page = await bed.signedIn();
		const card = page.getByRole("article", { name: "wan", exact: true });
		await card.getByText(/ of 1\.0 GB, /).waitFor();
		await page.goto(`${panelUrl}#quality`);
		const spans = page.getByRole("region", { name: "As the probes measured it" });
		await spans.getByText("100 %").first().waitFor();
		expect(await spans.getByRole("rowheader", { name: "10 sec" }).count()).toBe(4);
		await page.getByText(/ of 1\.0 GB, /).waitFor();
		await page.getByText("This router remembers the last ten minutes.").waitFor();
		expect(await page.getByRole("radio", { name: "1 year" }).isDisabled()).toBe(true);
		await until("values are read", async () =>
			/^\d\d:\d\d:\d\d; Round trip: IPv4 [\d.]+ ms, IPv6 .*In use: IPv4 100 %/.test(
				(await reading(page)) ?? "",
			),
		);
		const levels = page.getByRole("region", { name: "Service level" });
		expect(await levels.getByRole("row", { name: /^wan 100 % 0 / }).count()).toBe(1);
		await page.getByText("The same as a table").click();
		await page.getByRole("columnheader", { name: "Loss IPv6" }).waitFor();
		expect(await violations(page)).toEqual([]);
		const saved: Record<string, string> = {};
		for (const name of ["History", "Service level", "Usage and quotas", "As the probes measured it"]) {
			const download = page.waitForEvent("download");
			await page.getByRole("button", { name: `Save as CSV: ${name}` }).click();
			saved[name] = readFileSync(await (await download).path(), "utf8");
		}
		expect(saved["As the probes measured it"]).toMatch(/^wan,IPv4,24h,[\d.]+,[\d.]+,/m);
		expect(saved["Service level"]).toMatch(/^wanb,[^,]+Z,[^,]+Z,[\d.]+,0,0,0,[\d.]+,/m);
		expect(saved.History).toMatch(/^\d{4}-[^,]+Z,wanb,5,[\d.]+,0,100,/m);
		expect(saved["Usage and quotas"]).toMatch(/^wan,[^,]+Z,[^,]+Z,\d+,\d+,\d+,1000000000,/m);
		await page.context().close();
	});

	it("shows a year where it is recorded, looks closer by drag and by keyboard, and marks outages", async () => {
		await recordYear();
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#quality`);
		await page.getByRole("radio", { name: "1 year" }).check();
		await page.getByText("Outages: 1").waitFor();
		expect(await page.getByText(/^[A-Z][a-z]{2} \d+, \d{4}, 12 h$/).count()).toBe(1);
		const level = page
			.getByRole("region", { name: "Service level" })
			.getByRole("row", { name: /^wan 99\.8/ });
		await level.waitFor();
		const range = page.locator("#history-title + span");
		const year = await range.textContent();
		const plot = await page.locator(".graph-stack .u-over").first().boundingBox();
		if (!plot) throw new Error("there is no graph");
		await page.mouse.move(plot.x + plot.width * 0.6, plot.y + 20);
		await page.mouse.down();
		await page.mouse.move(plot.x + plot.width * 0.7, plot.y + 20, { steps: 4 });
		await page.mouse.up();
		await until("it shows less time", async () => (await range.textContent()) !== year);
		await page.getByText("No outage in this time.").waitFor();
		const closer = await range.textContent();
		await page.getByRole("slider").focus();
		await page.keyboard.press("+");
		await until("it shows even less time", async () => (await range.textContent()) !== closer);
		await page.keyboard.press("Escape");
		await until("it ends now", () => page.getByRole("button", { name: "Back to now" }).isDisabled());
		await page.getByRole("radio", { name: "1 year" }).check();
		await page.getByText("Outages: 1").waitFor();
		await page.getByRole("slider").press("Home");
		const first = await reading(page);
		await page.getByRole("slider").press("ArrowRight");
		expect(await reading(page)).not.toBe(first);
		expect(await violations(page)).toEqual([]);
		await page.context().close();
	});

	/** Days of a year as polywan-reports keeps them, of which one was bad. */
	async function recordYear(): Promise<void> {
		const { router } = bed.site;
		const today = Math.floor(Date.now() / 86_400_000);
		const rows = Array.from({ length: 360 }, (_, ago) => {
			const usable = ago === 200 ? 500 : 1000;
			return `(86400,'wan',${(today - 1 - ago) * 86_400},${ago * 1e6},1000,9000,9500,0,0,${usable},${usable})`;
		});
		const columns = ["rx", "tx", "rtt4", "rtt6", "loss4", "loss6", "usable4", "usable6"];
		const sql = `PRAGMA auto_vacuum=INCREMENTAL; CREATE TABLE sample (step INTEGER NOT NULL, uplink TEXT NOT NULL,
			at INTEGER NOT NULL, ${columns.map((name) => `${name} INTEGER`).join(", ")}, PRIMARY KEY (step, uplink, at)) WITHOUT ROWID;
			PRAGMA user_version=1; INSERT INTO sample VALUES ${rows.join(",")};`;
		await router.mustRun(["sh", "-c", "rm -rf /tmp/polywan-history; mkdir /tmp/polywan-history"]);
		await router.mustRun(["sqlite3", "/tmp/polywan-history/history.db", sql]);
		await new Reports(bed.site).configure("config history 'history'\n\toption enabled '1'\n");
		await until("it is on the bus", async () => (await router.bus.list("polywan.reports")).length > 0);
	}

	it("shows what the doctor finds and what the kernel was given", async () => {
		const page = await bed.signedIn();
		await bed.site.router.mustRun(["sysctl", "-qw", "net.ipv4.ip_forward=0"]);
		await page.goto(`${panelUrl}#diagnostics`);
		await page
			.getByText(/forward/i)
			.first()
			.waitFor();
		await bed.site.router.mustRun(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
		await page.getByText("The kernel is as the configuration wants it.").waitFor();
		await page.locator("summary").evaluateAll((all) => {
			for (const each of all) each.parentElement?.setAttribute("open", "");
		});
		await page
			.getByText(/table inet polywan/)
			.first()
			.waitFor();
		expect(await violations(page)).toEqual([]);
		await page.context().close();
	});

	it("looks into an uplink while it answers, captures its packets and gathers what helps others", async () => {
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#diagnostics`);
		const card = page.getByRole("region", { name: "Look into an uplink" });
		const host = card.getByLabel("Address or name");
		await host.fill("no host; reboot");
		await card.getByText("must be an address or the name of a host").waitFor();
		expect(await card.getByRole("button", { name: "Start" }).isDisabled()).toBe(true);
		await host.fill(server(3).ipv4);
		await page.keyboard.press("Enter");
		const output = page.getByRole("log", { name: `Output: Ping · wan · ${server(3).ipv4}` });
		await output.getByText(/^203\.0\.113\.3 over wan .*\n1 {2}203\.0\.113\.3: [\d.]+ ms\n2 {2}/).waitFor();
		await card.getByRole("button", { name: "Start" }).click();
		await card.getByText("ping over wan runs already; stop it first").waitFor();
		expect(await violations(page)).toEqual([]);

		const capture = page.getByRole("region", { name: "Capture packets" });
		await capture.getByLabel("Filter").fill("icmp and host 203.0.113.3");
		await capture.getByLabel("Uplink").selectOption("wanb");
		await capture.getByRole("button", { name: "Start" }).click();
		await capture.getByRole("log").getByText("wanb (eth2): icmp").waitFor();
		await bed.site.router.mustRun(["polywan", "ping", "wanb", server(3).ipv4, "--count", "1"]);
		await capture.getByRole("log").getByText("2 packets").waitFor();
		await capture.getByRole("button", { name: /^Stop: / }).click();
		await capture.getByText("Stopped", { exact: true }).waitFor();
		await card.getByRole("button", { name: /^Stop: / }).click();
		await output.getByText(/\d+ sent, \d+ received, 0 % lost/).waitFor();
		const save = async (name: RegExp, where: Locator) => {
			const download = page.waitForEvent("download");
			await where.getByRole("button", { name }).click();
			const file = await download;
			await where.getByText(`Saved as ${file.suggestedFilename()}.`).waitFor();
			return readFileSync(await file.path());
		};
		const packets = await save(/^Save \(/, capture);
		expect(packets.readUInt32LE(0)).toBe(0xa1b2c3d4);
		expect(packets.readUInt32LE(24 + 12)).toBe(98);
		expect(await bed.site.router.mustRun(["ls", "/var/run/polywan/tools"])).toBe("");

		const support = page.getByRole("region", { name: "For those who help" });
		await support.getByRole("button", { name: "Make it" }).click();
		const bundle = (await save(/^Save \(/, support)).toString();
		expect(bundle).toMatch(/^===== polywan status =====$/m);
		await page.context().close();
	});

	it("says what is missing before packets can be captured", async () => {
		const tcpdump = "/usr/bin/tcpdump";
		await bed.site.router.run(["mv", tcpdump, `${tcpdump}-away`]);
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#diagnostics`);
		await page.getByText("This needs the package tcpdump-mini or tcpdump on the router.").waitFor();
		await bed.site.router.mustRun(["mv", `${tcpdump}-away`, tcpdump]);
		await page.context().close();
	});

	it("follows the system log, and finds in it", async () => {
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#log`);
		const log = page.getByRole("region", { name: "System log" });
		await log.getByText("daemon").first().waitFor();
		await page.getByLabel("Contains").last().fill("warned-of");
		await page.getByText("No line matches.").waitFor();
		await bed.site.router.mustRun(["logger", "-t", "polywan", "-p", "daemon.warning", "warned-of by=me"]);
		await bed.site.router.ubus("polywan", "uplink", { name: "wanb", action: "up" });
		await log.getByRole("row", { name: /Warning warned-of by me/ }).waitFor();
		await page.getByLabel("Level").selectOption("error");
		await page.getByText("No line matches.").waitFor();
		await bed.site.router.ubus("polywan", "uplink", { name: "wanb", action: "auto" });
		await page.context().close();
	});
});
