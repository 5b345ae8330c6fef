import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageName } from "../../ui/src/route.ts";
import { server } from "../lab/addresses.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
import { Reports } from "../lab/reports/reports.ts";
import { violations } from "./axe.ts";
import { canBrowse, PanelBed, saved, showPage, until } from "./bed.ts";
import { beginTriesAlike, isHealthy } from "./tries.ts";

const ENTRIES = 10_000;
const TCPDUMP = "/usr/bin/tcpdump";

describe.skipIf(!canBrowse)("the panel for those who want to know more", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open({
			config: renderPolywanConfig({
				uplinks: { wan: { quota: "1000000000" }, wanb: { tier: "2" } },
				rules: { web: { proto: "tcp", dest_port: "80", target: "wanb" } },
			}),
		});
		await until("both uplinks are up", () => isHealthy(bed));
		await connect();
	});

	beginTriesAlike(
		() => bed,
		async () => {
			const { router } = bed.site;
			await router.run(["mv", `${TCPDUMP}-away`, TCPDUMP]);
			await router.mustRun(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
			await until("no tool is left", async () => {
				const runs = (await router.ubus("polywan", "tools")).runs as { id: number }[];
				for (const { id } of runs) await router.ubus("polywan", "tool_stop", { id });
				return runs.length === 0;
			});
			await connect();
		},
	);

	afterAll(() => bed?.close());

	/** Connections of one computer to as many servers, half of them over each uplink. */
	async function connect(): Promise<void> {
		const lines = Array.from({ length: ENTRIES }, (_, n) => {
			const to = `10.0.${n >> 8}.${n & 255}`;
			const mark = (1 + (n % 2)) * 0x1000000;
			return `-I -p tcp -s 192.168.1.77 -d ${to} --sport 40000 --dport 443 --state ESTABLISHED -t 3000 -m ${mark}\n`;
		});
		bed.site.router.writeFile("/tmp/connections", lines.join(""));
		await bed.site.router.run(["conntrack", "-D", "-s", "192.168.1.77"]);
		await bed.site.router.mustRun(["conntrack", "-R", "/tmp/connections"], { timeoutMs: 60_000 });
	}

	const list = (page: Page) => page.locator(".connections");
	const rows = (page: Page) => list(page).locator("tbody tr");
	const cell = (page: Page, text: string) => list(page).getByRole("cell", { name: text, exact: true });

	it("lists any number of connections, draws those that are seen, and filters them at the router", async () => {
		const page = await bed.signedIn();
		await showPage(page, "connections");
		await rows(page).first().waitFor();
		const counted = async () => Number(await list(page).locator("table").getAttribute("aria-rowcount")) - 1;
		await until("all are counted", async () => (await counted()) >= ENTRIES);
		expect(await rows(page).count()).toBeLessThan(120);
		await page.getByLabel("From", { exact: true }).fill("192.168.1.77");
		await page.getByLabel("To", { exact: true }).fill("10.0.7.0/24");
		await until("the filter is in force", async () => (await counted()) === 256);
		await list(page).evaluate((box) => box.scrollTo(0, box.scrollHeight));
		await rows(page).nth(-1).getByText("192.168.1.77:40000").waitFor();
		await until(
			"it ends there",
			async () => (await rows(page).last().getAttribute("aria-rowindex")) === "257",
		);
		await page.getByRole("combobox", { name: "Uplink" }).selectOption("wan");
		await until("the filter is in force", async () => (await counted()) === 128);
		await page.getByLabel("To", { exact: true }).fill("10.0.7.");
		await page.getByText("This is no address and no network.").waitFor();
		await page.getByLabel("Contains").fill(":443");
		await page.getByText(/Searched: the 3000/).waitFor();
		expect(await violations(page)).toEqual([]);
	});

	it("groups connections, and ends them after a question", async () => {
		const page = await bed.signedIn();
		const questions: string[] = [];
		page.on("dialog", (dialog) => {
			questions.push(dialog.message());
			void dialog.accept().catch(() => {});
		});
		await showPage(page, "connections");
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
		await showPage(page, "log");
		await page.getByRole("heading", { name: "Events" }).waitFor();
		await showPage(page, "connections");
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
	});

	it("lets a read-only user look at connections and end none", async () => {
		const page = await bed.signedIn("viewer");
		await showPage(page, "connections");
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
		const told: readonly [PageName, string][] = [
			["log", "What polywan and its companions wrote to it, the newest first."],
			["quality", "Service level"],
			["diagnostics", "The kernel is as the configuration wants it."],
		];
		for (const [name, text] of told) {
			await showPage(page, name);
			await page.getByText(text).waitFor();
			expect(await page.getByText("The router gave no answer.").count()).toBe(0);
		}
		const output = page.getByRole("log", { name: "Output: Name servers · wan · server3.lab" });
		await output.getByText("2001:db8:ffff::3").waitFor();
		await page.getByText("This needs the access group polywan-capture").waitFor();
		expect(await page.getByRole("button", { name: /^(Start|Stop|Remove|Make it|Save)/ }).count()).toBe(0);
	});

	it("counts what each rule took", async () => {
		await bed.site.host(0).mustRun(["curl", "-s", `http://${server(1).ipv4}/`]);
		const page = await bed.signedIn();
		await showPage(page, "rules");
		await page
			.getByRole("listitem")
			.filter({ hasText: "web" })
			.getByText(/^Connections: [1-9]\d*$/)
			.waitFor();
	});

	/** Reads as a slider does: where it stands, in words. */
	const reading = (page: Page) => page.getByRole("slider").getAttribute("aria-valuetext");

	it("tells quality and usage, and saves them", async () => {
		const page = await bed.signedIn();
		const card = page.getByRole("article", { name: "wan", exact: true });
		await card.getByText(/ of 1\.0 GB, /).waitFor();
		await showPage(page, "quality");
		const spans = page.getByRole("region", { name: "As the probes measured it" });
		await spans.getByText("100 %").first().waitFor();
		await until(
			"there is a row for each",
			async () => (await spans.getByRole("rowheader", { name: "10 sec" }).count()) === 4,
		);
		await page.getByText(/ of 1\.0 GB, /).waitFor();
		await page.getByText("This router remembers the last ten minutes.").waitFor();
		await until("a year is not to be had", () => page.getByRole("radio", { name: "1 year" }).isDisabled());
		await until("values are read", async () =>
			/^\d\d:\d\d:\d\d; Round trip: IPv4 [\d.]+ ms, IPv6 .*In use: IPv4 100 %/.test(
				(await reading(page)) ?? "",
			),
		);
		const levels = page.getByRole("region", { name: "Service level" });
		await levels.getByRole("row", { name: /^wan 100 % 0 / }).waitFor();
		await page.getByText("The same as a table").click();
		await page.getByRole("columnheader", { name: "Loss IPv6" }).waitFor();
		expect(await violations(page)).toEqual([]);
		const files: Record<string, string> = {};
		for (const name of ["History", "Service level", "Usage and quotas", "As the probes measured it"]) {
			const file = await saved(page, () =>
				page.getByRole("button", { name: `Save as CSV: ${name}` }).click(),
			);
			files[name] = readFileSync(await file.path(), "utf8");
		}
		expect(files["As the probes measured it"]).toMatch(/^wan,IPv4,24h,[\d.]+,[\d.]+,/m);
		expect(files["Service level"]).toMatch(/^wanb,[^,]+Z,[^,]+Z,[\d.]+,0,0,0,[\d.]+,/m);
		expect(files.History).toMatch(/^\d{4}-[^,]+Z,wanb,5,[\d.]+,0,100,/m);
		expect(files["Usage and quotas"]).toMatch(/^wan,[^,]+Z,[^,]+Z,\d+,\d+,\d+,1000000000,/m);
	});

	it("shows a year where it is recorded, looks closer by drag and by keyboard, and marks outages", async () => {
		await recordYear();
		const page = await bed.signedIn();
		await showPage(page, "quality");
		await page.getByRole("radio", { name: "1 year" }).check();
		await page.getByText("Outages: 1").waitFor();
		await page.getByText(/^[A-Z][a-z]{2} \d+, \d{4}, 12 h$/).waitFor();
		const level = page
			.getByRole("region", { name: "Service level" })
			.getByRole("row", { name: /^wan 99\.8/ });
		await level.waitFor();
		const range = page.locator("#history-title + span");
		const year = await range.textContent();
		const plot = page.locator(".graph-stack .u-over").first();
		await until("it shows less time", async () => {
			const box = await plot.boundingBox();
			if (!box) return false;
			await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
			await page.mouse.down();
			await page.mouse.move(box.x + box.width * 0.7, box.y + 20, { steps: 4 });
			await page.mouse.up();
			return (await range.textContent()) !== year;
		});
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
		await until("it reads the next", async () => (await reading(page)) !== first);
		expect(await violations(page)).toEqual([]);
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
		await showPage(page, "diagnostics");
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
	});

	it("looks into an uplink while it answers, captures its packets and gathers what helps others", async () => {
		const page = await bed.signedIn();
		await showPage(page, "diagnostics");
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
		await card.getByRole("button", { name: /^Stop: / }).click();
		await output.getByText(/\d+ sent, \d+ received, 0 % lost/).waitFor();
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
		const save = async (name: RegExp, where: Locator) => {
			const file = await saved(page, () => where.getByRole("button", { name }).click());
			await where.getByText(`Saved as ${file.suggestedFilename()}.`).waitFor();
			return readFileSync(await file.path());
		};
		const packets = await save(/^Save \(/, capture);
		expect(packets.readUInt32LE(0)).toBe(0xa1b2c3d4);
		expect(packets.readUInt32LE(24 + 12)).toBe(98);
		const left = () => bed.site.router.mustRun(["ls", "/var/run/polywan/tools"]);
		await until("the file is gone", async () => (await left()) === "");

		const support = page.getByRole("region", { name: "For those who help" });
		await support.getByRole("button", { name: "Make it" }).click();
		const bundle = (await save(/^Save \(/, support)).toString();
		expect(bundle).toMatch(/^===== polywan status =====$/m);
	});

	it("says what is missing before packets can be captured", async () => {
		await bed.site.router.mustRun(["mv", TCPDUMP, `${TCPDUMP}-away`]);
		const page = await bed.signedIn();
		await showPage(page, "diagnostics");
		await page.getByText("This needs the package tcpdump-mini or tcpdump on the router.").waitFor();
		await bed.site.router.mustRun(["mv", `${TCPDUMP}-away`, TCPDUMP]);
	});

	it("follows the system log, and finds in it", async ({ task }) => {
		const word = `warned-of-${task.result?.retryCount ?? 0}`;
		const page = await bed.signedIn();
		await showPage(page, "log");
		const log = page.getByRole("region", { name: "System log" });
		await log.getByText("daemon").first().waitFor();
		await page.getByLabel("Contains").last().fill(word);
		await page.getByText("No line matches.").waitFor();
		await bed.site.router.mustRun(["logger", "-t", "polywan", "-p", "daemon.warning", `${word} by=me`]);
		await bed.site.router.ubus("polywan", "uplink", { name: "wanb", action: "up" });
		await log.getByRole("row", { name: `Warning ${word} by me` }).waitFor();
		await page.getByLabel("Level").selectOption("error");
		await page.getByText("No line matches.").waitFor();
		await bed.site.router.ubus("polywan", "uplink", { name: "wanb", action: "auto" });
	});
});
