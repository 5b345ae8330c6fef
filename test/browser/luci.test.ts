import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canBrowse, origin, PanelBed, password } from "./bed.ts";
import { beginTriesAlike } from "./tries.ts";

/**
 * What of LuCI a view sees: it is fetched by XMLHttpRequest, its 'require …' lines name what it gets, and it is evaluated as the
 * body of a function (luci.js, compileClass); its render() gives the element that comes into the page.
 */
const luci = `<!doctype html>
<html lang="de" data-darkmode="true">
<head><meta charset="utf-8"><title>LuCI</title><style>
:root { --background-color-high: #202020; --text-color-high: #f0f0f0; --text-color-medium: #c0c0c0; }
button { background: red; transform: rotate(3deg) }
</style></head>
<body><header><h1>OpenWrt</h1><span id="badge">0</span></header><main id="view"></main><script>
const counted = { changes: { init() { badge.textContent = Number(badge.textContent) + 1; } } };
const view = { extend: (members) => class { constructor() { Object.assign(this, members); } } };
const E = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
async function start(sid, writable) {
	const L = {
		env: { sessionid: sid, ubuspath: '/ubus/', resource: '/luci-static/resources' },
		resource: (path) => '/luci-static/resources/' + path,
		hasViewPermission: () => writable
	};
	const request = new XMLHttpRequest();
	request.open('GET', L.resource('view/polywan/panel.js'));
	await new Promise((done) => { request.onload = done; request.send(); });
	const source = request.responseText;
	const wanted = [...source.matchAll(/^'require ([a-z]+)'/gm)].map(([, name]) => name);
	const given = { view, ui: counted };
	const build = (0, eval)('(function(window, document, L, E, ' + wanted.join(', ') + ') {' + source + '})');
	const View = build(window, document, L, E, ...wanted.map((name) => given[name]));
	const instance = new View();
	document.getElementById('view').append(instance.render(await instance.load()));
}
</script></body></html>`;

interface Window {
	getComputedStyle(element: unknown): Record<string, string>;
}

function styleOf(element: Locator, property: string): Promise<string | undefined> {
	return element.evaluate(
		(node, name) => (globalThis as unknown as Window).getComputedStyle(node)[name],
		property,
	);
}

describe.skipIf(!canBrowse)("the panel inside LuCI", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open({ install: "ipk", files: { "/www/luci.html": luci } });
	});

	beginTriesAlike(() => bed);

	afterAll(() => bed?.close());

	/** LuCI's page, signed in by LuCI itself. */
	async function open(user: string, writable: boolean) {
		const { ubus_rpc_session: sid } = await bed.site.router.ubus("session", "login", {
			username: user,
			password,
		});
		const page = await bed.page();
		await page.goto(`${origin}/luci.html`);
		await page.evaluate(`start(${JSON.stringify(sid)}, ${writable})`);
		await page.getByRole("article").first().waitFor();
		return page;
	}

	it("mounts with LuCI's session, language and darkness, untouched by its style", async () => {
		const page = await open("root", true);
		await page.getByRole("heading", { name: "Multi-WAN" }).waitFor();
		await page.getByRole("link", { name: "Übersicht" }).waitFor();
		expect(await page.getByRole("button", { name: "Abmelden" }).count()).toBe(0);
		expect(await page.evaluate("document.getElementById('polywan').hasAttribute('data-dark')")).toBe(true);
		const button = page.getByRole("button", { name: /Außer Betrieb nehmen: wan$/ });
		expect(await styleOf(button, "transform")).toBe("none");
		const card = page.getByRole("article").first();
		expect(await styleOf(card, "backgroundColor")).toBe("rgb(32, 32, 32)");
	});

	it("stages as LuCI does and has its changes counted", async () => {
		const page = await open("root", true);
		await page.getByRole("link", { name: "Einstellungen" }).click();
		await page.getByLabel("Protokollstufe", { exact: true }).selectOption("debug");
		await page.getByText("Protokollstufe debug").waitFor();
		await page.locator("#badge").getByText("1").waitFor();
	});

	it("comes back from the browser's cache", async () => {
		const page = await open("root", true);
		await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
		expect(await page.getByRole("article").count()).toBe(0);
		await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
		await page.getByRole("article").first().waitFor();
	});

	it("changes nothing where LuCI says read-only", async () => {
		const page = await open("viewer", false);
		expect(await page.getByRole("button", { name: /Außer Betrieb/ }).count()).toBe(0);
	});
});
