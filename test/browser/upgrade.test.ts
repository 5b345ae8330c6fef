import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canBrowse, PanelBed, showPage, until } from "./bed.ts";
import { beginTriesAlike } from "./tries.ts";

describe.skipIf(!canBrowse)("a panel that was upgraded while its page was open", () => {
	let bed: PanelBed;

	beforeAll(async () => {
		bed = await PanelBed.open();
	});

	beginTriesAlike(() => bed);

	afterAll(() => bed?.close());

	it("loads itself anew when the scripts of the old one are gone", async ({ task }) => {
		const page = await bed.signedIn();
		let loads = 0;
		page.on("load", () => {
			loads++;
		});
		const upgraded = `new${task.result?.retryCount ?? 0}`;
		const move = `cd /www/polywan; for old in */; do mv $old ${upgraded}; sed -i s,$old,${upgraded}/, index.html; done`;
		await bed.site.router.mustRun(["sh", "-c", move]);
		await showPage(page, "uplinks");
		await page.getByRole("heading", { name: "wanb" }).waitFor();
		await until("it was loaded anew", () => loads === 1);
		expect(await page.locator("[name=password]").count()).toBe(0);
	});
});
