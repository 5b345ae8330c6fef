import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALL_PAGES, type PageName } from "../../ui/src/route.ts";
import { violations } from "./axe.ts";
import { canBrowse, PanelBed, panelUrl, showPage, signIn } from "./bed.ts";
import { beginTriesAlike } from "./tries.ts";

const excessWidth = "document.documentElement.scrollWidth - innerWidth";

const focusedName = `(() => {
	const element = document.querySelector("body > div").shadowRoot.activeElement;
	return element ? element.textContent.trim() || element.id : "";
})()`;

describe.skipIf(!canBrowse)("the panel for everybody", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open();
	});

	beginTriesAlike(() => bed);

	afterAll(() => bed?.close());

	/** A page with everything on it opened. */
	async function show(page: Page, name: PageName): Promise<void> {
		await showPage(page, name);
		await page.locator("button[aria-expanded=false]").evaluateAll(([first]) => {
			(first as unknown as { click(): void } | undefined)?.click();
		});
		await page.locator("details").evaluateAll((all) => {
			for (const each of all) each.setAttribute("open", "");
		});
	}

	it.each(["light", "dark"] as const)("has no accessibility violations, %s", async (colorScheme) => {
		const page = await bed.page({ colorScheme });
		await page.goto(panelUrl);
		await page.locator(".login").waitFor();
		const found: Record<string, string[]> = { login: await violations(page) };
		await signIn(page, "root");
		await page.getByRole("article").first().waitFor();
		for (const name of ALL_PAGES) {
			await show(page, name);
			found[name] = await violations(page);
		}
		await showPage(page, "settings");
		await page.getByRole("combobox", { name: "Log level", exact: true }).selectOption("debug");
		await page.getByRole("region", { name: "Changes not in force yet" }).waitFor();
		found.changed = await violations(page);
		expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({});
	});

	it("fits screens from 320 pixels to 4K", async () => {
		const page = await bed.signedIn();
		const wider: string[] = [];
		for (const name of ALL_PAGES) {
			await show(page, name);
			for (const width of [320, 768, 3840]) {
				await page.setViewportSize({ width, height: 720 });
				const excess = await page.evaluate<number>(excessWidth);
				if (excess > 0) wider.push(`${name} at ${width} by ${excess} pixels`);
			}
		}
		expect(wider).toEqual([]);
	});

	it("is usable from right to left", async () => {
		const page = await bed.signedIn("root", { viewport: { width: 800, height: 720 } });
		await page.evaluate("document.documentElement.dir = 'rtl'");
		const brand = await page.getByRole("heading", { level: 1 }).boundingBox();
		expect(brand?.x).toBeGreaterThan(400);
		expect(await page.evaluate<number>(excessWidth)).toBeLessThanOrEqual(0);
	});

	it("needs no mouse: signs in, goes to the settings and changes one", async () => {
		const page = await bed.page();
		await page.goto(panelUrl);
		await page.locator("[name=username]").focus();
		await page.keyboard.press("Tab");
		await page.keyboard.type("correct horse");
		await page.keyboard.press("Enter");
		await page.getByRole("article").first().waitFor();
		const focused = () => page.evaluate<string>(focusedName);
		const tabTo = async (wanted: string) => {
			for (let i = 0; i < 60; i++) {
				await page.keyboard.press("Tab");
				if ((await focused()) === wanted) return;
			}
			throw new Error(`Tab does not lead to ${wanted}`);
		};
		await tabTo("Settings");
		await page.keyboard.press("Enter");
		await page.getByRole("combobox", { name: "Log level", exact: true }).waitFor();
		await tabTo("globals-enabled");
		await page.keyboard.press("Space");
		await page.getByText("In use 0").waitFor();
	});

	it.each([
		["de-AT", "Übersicht", "Richtlinie hinzufügen"],
		["es-MX", "Resumen", "Añadir política"],
		["zh-CN", "概览", "添加策略"],
	])("speaks %s", async (locale, overview, addPolicy) => {
		const page = await bed.signedIn("root", { locale });
		await page.getByRole("link", { name: overview }).waitFor();
		await showPage(page, "policies");
		await page.getByRole("button", { name: addPolicy }).waitFor();
		expect(await page.evaluate("document.documentElement.lang")).toBe(locale.slice(0, 2));
	});
});
