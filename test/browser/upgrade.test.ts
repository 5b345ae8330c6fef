import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../lab/until.ts";
import { canBrowse, PanelBed, panelUrl } from "./bed.ts";

describe.skipIf(!canBrowse)("a panel that was upgraded while its page was open", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open();
	});

	afterAll(() => bed?.close());

	it("loads itself anew when the scripts of the old one are gone", async () => {
		const page = await bed.signedIn();
		let loads = 0;
		page.on("load", () => {
			loads++;
		});
		const move = "cd /www/polywan; for old in */; do mv $old new; sed -i s,$old,new/, index.html; done";
		await bed.site.router.mustRun(["sh", "-c", move]);
		await page.goto(`${panelUrl}#uplinks`);
		await page.getByRole("heading", { name: "wanb" }).waitFor();
		await until("it was loaded anew", () => loads === 1);
		expect(await page.locator("[name=password]").count()).toBe(0);
		await page.context().close();
	});
});
