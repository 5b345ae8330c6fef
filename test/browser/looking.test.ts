import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "../lab/addresses.ts";
import { renderPolywanConfig } from "../lab/polywan-config.ts";
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
		await page.getByLabel("Group by").selectOption("host");
		await page.getByRole("button", { name: "Show: 192.168.1.77" }).waitFor();
		expect(await violations(page)).toEqual([]);
		await page.getByLabel("To", { exact: true }).fill("10.0.9.9");
		await page.getByLabel("Group by").selectOption("uplink");
		await page.getByRole("row", { name: "wanb 1" }).waitFor();
		await page.getByRole("button", { name: "Show: wanb" }).click();
		await cell(page, "10.0.9.9:443").waitFor();
		await list(page).getByRole("button", { name: /^End:/ }).click();
		await page.getByText("1 ended.").waitFor();
		await page.getByText("No connection matches.").waitFor();
		await page.getByLabel("To", { exact: true }).fill("10.0.9.0/28");
		await page.getByRole("button", { name: "End these 7" }).click();
		await page.getByText("7 ended.").waitFor();
		expect(questions[0]).toBe("End the connection 192.168.1.77:40000 → 10.0.9.9:443?");
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
		for (const [name, text] of [
			["quality", "How good the uplinks were"],
			["diagnostics", "The kernel is as the configuration wants it."],
		]) {
			await page.goto(`${panelUrl}#${name}`);
			await page.getByText(text ?? "").waitFor();
			expect(await page.getByText("The router gave no answer.").count()).toBe(0);
		}
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

	it("tells quality and usage, and saves them", async () => {
		const page = await bed.signedIn();
		await page.goto(`${panelUrl}#quality`);
		const spans = page.getByRole("region", { name: "How good the uplinks were" });
		await spans.getByText("100 %").first().waitFor();
		expect(await spans.getByRole("rowheader", { name: "10 sec" }).count()).toBe(4);
		await page.getByText(/ of 1\.0 GB, /).waitFor();
		const graph = page.getByRole("img", { name: /^Round trip of wan,/ });
		await until("there is a line", async () =>
			(await graph.locator("path").first().getAttribute("d"))?.includes("L"),
		);
		expect(await violations(page)).toEqual([]);
		const saved: Record<string, string> = {};
		for (const name of ["How good the uplinks were", "The last ten minutes", "Usage"]) {
			const download = page.waitForEvent("download");
			await page.getByRole("button", { name: `Save as CSV: ${name}` }).click();
			saved[name] = readFileSync(await (await download).path(), "utf8");
		}
		expect(saved["How good the uplinks were"]).toMatch(/^wan,IPv4,24h,[\d.]+,[\d.]+,/m);
		expect(saved["The last ten minutes"]).toMatch(/^\d{4}-[^,]+Z,wanb,\d+,\d+,1,/m);
		expect(saved.Usage).toMatch(/^wan,[^,]+Z,[^,]+Z,\d+,\d+,\d+,1000000000,/m);
		await page.context().close();
	});

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
});
