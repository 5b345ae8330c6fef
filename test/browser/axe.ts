import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "../lab/namespaces.ts";

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

/** What axe-core has to complain about the page as it is now. */
export async function violations(page: Page): Promise<string[]> {
	await page.evaluate(axe);
	const found: { id: string; nodes: { html: string; failureSummary: string }[] }[] = await page.evaluate(
		"axe.run().then(({ violations }) => violations)",
	);
	return found.flatMap(({ id, nodes }) =>
		nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
	);
}
