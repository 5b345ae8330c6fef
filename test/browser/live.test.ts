import type { Locator, Page } from "playwright-core";
import type { UplinkHistory } from "polywan-core/status";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_PAGES } from "../../ui/src/route.ts";
import { canBrowse, origin, PanelBed, panelUrl, password, showPage, signIn, until } from "./bed.ts";
import { beginTriesAlike, isHealthy } from "./tries.ts";

/** Sooner than what nobody told of: half a minute. */
const SOON_MS = 15_000;

describe.skipIf(!canBrowse)("the panel shows the router as it is", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open();
		await until("both uplinks are up", () => isHealthy(bed));
	});

	beginTriesAlike(() => bed);

	afterAll(() => bed?.close());

	async function states(): Promise<string[]> {
		const { uplinks } = await bed.site.router.ubus("polywan", "status");
		return (uplinks as { state: string }[]).map(({ state }) => state);
	}

	const card = (page: Page, name: string) => page.getByRole("article", { name, exact: true });
	const stateOf = (page: Page, name: string) => card(page, name).locator("header .state").first();
	const isUp = (page: Page, name: string) => stateOf(page, name).getByText("Up", { exact: true }).waitFor();
	const live = (page: Page) => page.getByRole("status").filter({ hasText: "Live" }).waitFor();

	/** What nobody tells the browser shows at the next touch, or within half a minute. */
	const noticed = (page: Page, sign: Locator) =>
		until("the page notices", async () => {
			await page.mouse.click(5, 5);
			return sign.isVisible();
		});

	it("asks for a password, refuses a wrong one, and breaks no rule of its own content policy", async () => {
		const page = await bed.page();
		const complaints: string[] = [];
		page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
		page.on("pageerror", (error) => complaints.push(error.message));
		const foreign: string[] = [];
		page.on("request", (request) => !request.url().startsWith(origin) && foreign.push(request.url()));
		await page.goto(panelUrl);
		await signIn(page, "root", "wrong");
		await page.getByText("User or password is wrong.").waitFor();
		await signIn(page, "root");
		await card(page, "wan").getByText("100.64.1.2").waitFor();
		await isUp(page, "wan");
		await card(page, "wan").getByText("2001:db8:1::2").waitFor();
		for (const name of ALL_PAGES.filter((known) => known !== "overview")) await showPage(page, name);
		expect(complaints).toEqual([]);
		expect(foreign).toEqual([]);
	});

	it("shows an outage by itself, when the router knows of it, and its end", async () => {
		const page = await bed.signedIn();
		await isUp(page, "wan");
		const uplink = bed.site.uplink("wan");
		await uplink.blackhole();
		await until("the router knows", async () => (await states())[0] === "down");
		await stateOf(page, "wan").getByText("Down").waitFor({ timeout: SOON_MS });
		await page
			.getByText(/wan IPv4: Up → Down/)
			.first()
			.waitFor();
		await uplink.heal();
		await isUp(page, "wan");
	});

	it("knows the ten minutes before it was opened", async () => {
		await until("the router remembers", async () => {
			const { uplinks } = await bed.site.router.ubus("polywan", "history");
			const { wan } = uplinks as unknown as Record<string, UplinkHistory>;
			return (wan?.ipv4.rtt_us.filter((rtt) => rtt >= 0).length ?? 0) >= 2;
		});
		const page = await bed.signedIn();
		const line = card(page, "wan")
			.getByRole("region", { name: "wan IPv4" })
			.locator(".line-graph path")
			.first();
		await until("there is a line", async () => (await line.getAttribute("d"))?.includes("L"));
	});

	it("takes an uplink out of use by hand and back", async () => {
		const page = await bed.signedIn();
		await card(page, "wanb").getByRole("button", { name: "Take out of use" }).click();
		await stateOf(page, "wanb").getByText("Down").waitFor();
		await card(page, "wanb").getByRole("button", { name: "Use again" }).click();
		await isUp(page, "wanb");
	});

	it("says when the daemon is gone, and goes on by itself when it is back", async () => {
		const page = await bed.signedIn();
		await live(page);
		await bed.site.router.mustRun(["/etc/init.d/polywan", "stop"]);
		await noticed(page, page.getByText(/The polywan daemon does not answer/));
		expect(await card(page, "wan").isVisible()).toBe(true);
		await bed.site.router.mustRun(["/etc/init.d/polywan", "start"]);
		await live(page);
		await isUp(page, "wan");
	});

	it("says that ubus is gone, and goes on by itself when it is back", async () => {
		const page = await bed.signedIn();
		await live(page);
		await bed.site.router.mustRun(["sh", "-c", "kill -9 $(pgrep -f [u]busd.mjs)"]);
		await noticed(page, page.getByRole("alert").filter({ hasText: "does not answer" }));
		// A page that is gone to meanwhile comes when there is something to show.
		await page.goto(`${panelUrl}#settings`);
		await page
			.getByRole("link", { name: "Settings", exact: true })
			.and(page.locator("[aria-current]"))
			.waitFor();
		await bed.site.router.mustRun(["sh", "-c", "ubusd >> /tmp/log/ubusd.log 2>&1 < /dev/null &"]);
		await live(page);
		await page.getByRole("combobox", { name: "Log level", exact: true }).waitFor();
	});

	it("asks for the password after a restart of rpcd, which forgets every session", async () => {
		const { router } = bed.site;
		await until("rpcd is there", async () => (await router.bus.list("session")).length > 0);
		const page = await bed.signedIn();
		await live(page);
		const { ubus_rpc_session: other = "" } = await router.ubus("session", "login", {
			username: "root",
			password,
		});
		const isKnown = () => router.ubus("session", "list", { ubus_rpc_session: other });
		await router.mustRun(["/etc/init.d/rpcd", "restart"]);
		await until("rpcd has forgotten, and is back", async () => {
			const forgot = await isKnown().then(
				() => false,
				() => true,
			);
			return forgot && (await router.bus.list("session")).length > 0;
		});
		await noticed(page, page.getByRole("heading", { name: "Sign in to your router" }));
		expect(await page.getByText("Your session has ended.").isVisible()).toBe(true);
		await signIn(page, "root");
		await live(page);
	});

	it("asks again when the session was ended elsewhere", async () => {
		const page = await bed.signedIn();
		await live(page);
		const sid = await page.evaluate<string>("sessionStorage.getItem('polywan-session')");
		await bed.site.router.ubus("session", "destroy", { ubus_rpc_session: sid });
		await page.goto(`${panelUrl}#uplinks`);
		await page.getByRole("heading", { name: "Sign in to your router" }).waitFor();
		await signIn(page, "root", password);
		await page.getByRole("heading", { name: "wanb" }).waitFor();
	});

	it("lets a read-only user look and change nothing", async () => {
		const page = await bed.signedIn("viewer");
		await page.getByText("You may look, and change nothing.").waitFor();
		expect(await page.getByRole("button", { name: /Take out of use/ }).count()).toBe(0);
		await showPage(page, "uplinks");
		await page.getByRole("heading", { name: "wanb" }).waitFor();
		expect(await page.getByRole("button", { name: "Delete: wan", exact: true }).isDisabled()).toBe(true);
		const codes = await callAll(page, [
			["uci", "set", { config: "polywan", section: "wan", values: { weight: "9" } }],
			["polywan", "uplink", { name: "wan", action: "down" }],
			["polywan", "trial", { action: "begin" }],
			["polywan", "backup", {}],
			["uci", "get", { config: "network" }],
			["uci", "get", { config: "polywan_secrets" }],
		]);
		expect(codes).toEqual([-32002, -32002, -32002, -32002, 6, 6]);
		await showPage(page, "rules");
		await page.getByLabel("To (address or name)").fill("203.0.113.5");
		await page.getByRole("button", { name: "Ask" }).click();
		await page.getByText(/^It goes over /).waitFor();
		await showPage(page, "notifications");
		await page.getByRole("heading", { name: "Prometheus" }).waitFor();
		expect(await page.getByRole("button", { name: "Add receiver" }).isDisabled()).toBe(true);
		await showPage(page, "backup");
		await page.getByText("a backup holds secrets").waitFor();
	});

	it("gives secrets to nobody, and a backup to those alone who were granted that", async () => {
		const page = await bed.signedIn("editor");
		const values = { password: "opens all" };
		const codes = await callAll(page, [
			["uci", "add", { config: "polywan_secrets", type: "secret", name: "mqtt", values }],
			["uci", "get", { config: "polywan_secrets" }],
			["uci", "changes", { config: "polywan_secrets" }],
			["uci", "revert", { config: "polywan_secrets" }],
			["polywan", "backup", {}],
			["polywan", "restore", { action: "status" }],
		]);
		expect(codes).toEqual([0, 6, 6, 0, -32002, -32002]);
		await showPage(page, "backup");
		await page.getByText("access group polywan-backup").waitFor();
	});

	/** What each call comes to: an error of JSON-RPC, or a status of ubus. */
	async function callAll(page: Page, calls: readonly unknown[][]): Promise<(number | undefined)[]> {
		const sid = await page.evaluate<string>("sessionStorage.getItem('polywan-session')");
		const codes: (number | undefined)[] = [];
		for (const call of calls) {
			const data = { jsonrpc: "2.0", id: 1, method: "call", params: [sid, ...call] };
			const body = JSON.stringify(JSON.stringify(data));
			const answer = await page.evaluate<{ error?: { code: number }; result?: number[] }>(
				`fetch("/ubus", { method: "POST", body: ${body} }).then((answer) => answer.json())`,
			);
			codes.push(answer.error?.code ?? answer.result?.[0]);
		}
		return codes;
	}
});
