import { afterEach, beforeEach } from "vitest";
import { type PanelBed, until } from "./bed.ts";

const CONFIGS = ["polywan", "polywan_reports", "polywan_secrets"] as const;
/** Each program that tests end, by what its command line holds, and how it is started again. */
const PROGRAMS = [
	["[u]busd.mjs", "ubusd >> /tmp/log/ubusd.log 2>&1 < /dev/null &"],
	["[r]pcd.mjs", "/etc/init.d/rpcd start"],
	["[u]httpd.mjs", "/etc/init.d/uhttpd start"],
	["[p]olywan daemon", "/etc/init.d/polywan start"],
] as const;

/**
 * Each try of each test of a file begins alike: no page is open, the configuration is that of the beginning, and after a try that
 * failed the router is healthy again. Costs nothing where nothing was left.
 *
 * @param moreAfterFailure puts back what only this file's tests change
 */
export function beginTriesAlike(bedOf: () => PanelBed, moreAfterFailure = async () => {}): void {
	let first: ReadonlyMap<string, string> | null = null;
	let passed = true;
	beforeEach(async () => {
		const bed = bedOf();
		first ??= readConfigs(bed);
		for (const context of bed.browser.contexts()) await context.close();
		if (!passed) {
			await repair(bed);
			await moreAfterFailure();
		}
		await writeConfigs(bed, first);
		if (!passed) await until("the router is healthy", () => isHealthy(bed));
		passed = false;
	});
	afterEach(async ({ task }) => {
		passed = task.result?.state !== "fail";
		if (!passed) await tellWhatIsSeen(bedOf());
	});
}

/** Whether every uplink of the router is up. */
export async function isHealthy({ site }: PanelBed): Promise<boolean> {
	const { uplinks } = await site.router.ubus("polywan", "status");
	return (uplinks as { state: string }[]).every(({ state }) => state === "up");
}

async function repair({ site }: PanelBed): Promise<void> {
	const { router } = site;
	for (const [pattern, start] of PROGRAMS)
		if ((await router.run(["pgrep", "-f", pattern])).code !== 0) await router.mustRun(["sh", "-c", start]);
	await until("polywan is on the bus", async () => (await router.bus.list("polywan")).length > 0);
	await router.ubus("polywan", "trial", { action: "cancel" });
	for (const uplink of site.uplinks) await uplink.heal();
	const { uplinks } = await router.ubus("polywan", "status");
	for (const { name } of uplinks as { name: string }[])
		await router.ubus("polywan", "uplink", { name, action: "auto" });
}

function readConfigs({ site }: PanelBed): ReadonlyMap<string, string> {
	return new Map(CONFIGS.map((name) => [name, site.router.readFile(`/etc/config/${name}`)]));
}

async function writeConfigs({ site }: PanelBed, wanted: ReadonlyMap<string, string>): Promise<void> {
	const { router } = site;
	const changed = [...wanted].filter(([name, text]) => router.readFile(`/etc/config/${name}`) !== text);
	if (changed.length === 0) return;
	for (const [name, text] of changed) router.writeFile(`/etc/config/${name}`, text);
	await router.ubus("polywan", "reload");
	for (const [name] of changed)
		await router.ubus("service", "event", { type: "config.change", data: { package: name } });
}

/** A failure on a machine nobody sees is found by what stood on the screen. */
async function tellWhatIsSeen({ browser }: PanelBed): Promise<void> {
	for (const page of browser.contexts().flatMap((context) => context.pages())) {
		const seen = await page.locator(".login, .frame").allInnerTexts().catch(String);
		console.warn(`${page.url()} at the end:\n${seen}`);
	}
}
