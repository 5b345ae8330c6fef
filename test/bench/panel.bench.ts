import { setTimeout as pause } from "node:timers/promises";
import type { Page, Request } from "playwright-core";
import { canBrowse, PanelBed, panelUrl, signIn } from "../browser/bed.ts";
import { server } from "../lab/addresses.ts";
import { until } from "../lab/until.ts";
import type { Bench, Report } from "./harness.ts";
import { median } from "./harness.ts";

const steadyMs = 20_000;
const idleMs = 60_000;
const settleMs = 30_000;
const updates = 1000;
const rounds = 9;
const entries = 50_000;
const scrollMs = 5000;
/** About as fast as a wheel that is turned without rest. */
const scrollPxPerFrame = 60;

export const bench: Bench = {
	name: "panel",
	title: "The panel: what it loads, how soon it shows something, what it asks, what it keeps",
	run,
};

async function run(report: Report): Promise<void> {
	if (!canBrowse) throw new Error("the panel's bench needs root and Debian's chromium");
	const bed = await PanelBed.open();
	try {
		await firstLoad(bed, report);
		await insideLuci(bed, report);
		await requests(bed, report);
		await heap(bed, report);
		await scrolling(bed, report);
	} finally {
		await bed.close();
	}
}

/** In the page: when figures stand in the document and the browser goes to draw them, in ms since it was told the address. */
const firstFigures = `
globalThis.figuresMs = null;
const look = () => {
	const root = document.querySelector("body > div")?.shadowRoot;
	if (!root?.querySelector("article .number")) setTimeout(look, 0);
	else requestAnimationFrame(() => { globalThis.figuresMs = performance.now(); });
};
look();
`;

/** With a session that is there already, as after a reload; a login is one request more. */
async function firstLoad(bed: PanelBed, report: Report): Promise<void> {
	const times: number[] = [];
	let bytes = 0;
	let count = 0;
	for (let round = 0; round < rounds; round++) {
		const page = await bed.signedIn();
		const session = await page.evaluate<string>("sessionStorage.getItem('polywan-session')");
		await page.context().close();
		const fresh = await bed.page();
		await fresh.addInitScript(`sessionStorage.setItem("polywan-session", ${JSON.stringify(session)})`);
		await fresh.addInitScript(firstFigures);
		const seen: Request[] = [];
		fresh.on("request", (request) => seen.push(request));
		await fresh.goto(panelUrl, { waitUntil: "commit" });
		await until("figures are shown", () => fresh.evaluate<boolean>("figuresMs !== null"));
		times.push(await fresh.evaluate<number>("figuresMs"));
		// The second call that waits for news is the one that is always there.
		const waits = seen.filter((request) => request.postData()?.includes('"wait"'));
		count = seen.length - Math.max(0, waits.length - 1);
		bytes = await sizeOf(seen.filter((request) => request.method() === "GET"));
		await fresh.context().close();
	}
	report.atMost("alone: first load", bytes / 1000, "kB", 75);
	report.atMost("alone: requests until everything is shown", count, "", 6);
	report.atMost("alone: first figures", median(times), "ms", 200);
	report.measured("alone: first figures, the fastest", Math.min(...times), "ms");
}

async function sizeOf(requests: readonly Request[]): Promise<number> {
	const bodies = await Promise.all(
		requests.map(async (request) => (await (await request.response())?.body())?.length ?? 0),
	);
	return bodies.reduce((sum, length) => sum + length, 0);
}

/** What LuCI loads besides its own shell: the view, and what it imports. */
async function insideLuci(bed: PanelBed, report: Report): Promise<void> {
	const page = await bed.page();
	await page.goto(panelUrl);
	const read = (path: string) => page.evaluate<string>(`fetch("${path}").then((answer) => answer.text())`);
	const view = await read("/luci-static/resources/view/polywan/panel.js");
	const [, script = ""] = /import\('([^']+)'\)/.exec(view) ?? [];
	const texts = [view, await read(script)].map((text) => Buffer.byteLength(text));
	const bytes = texts.reduce((sum, length) => sum + length, 0);
	report.atMost("in LuCI: more than its shell", bytes / 1000, "kB", 60);
	report.atMost("in LuCI: requests more than its shell", texts.length + 2, "", 4);
	await page.context().close();
}

/** The sum of what the browser itself takes for jumps: the part of the window times how far it moved. */
const layoutShifts = `
globalThis.shifted = 0;
new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shifted += value; }).observe({ type: "layout-shift" });
`;

async function requests(bed: PanelBed, report: Report): Promise<void> {
	const page = await bed.page();
	await page.addInitScript(layoutShifts);
	await page.goto(panelUrl);
	await signIn(page, "root");
	await page.locator("article").first().waitFor();
	let count = 0;
	page.on("request", () => {
		count++;
	});
	report.progress(`traffic for ${steadyMs / 1000} s`);
	const traffic = new AbortController();
	const load = keepBusy(bed, traffic.signal);
	await pause(3000);
	count = 0;
	await page.evaluate("shifted = 0");
	await pause(steadyMs);
	report.atMost("while figures move", (count * 1000) / steadyMs, "req/s", 1);
	report.atMost("while figures move: layout shifts", await page.evaluate<number>("shifted"), "", 0.02);
	traffic.abort();
	await load;
	// Smoothed round trips fall back for a while after the load, which is a change.
	await pause(settleMs);
	report.progress(`nothing for ${idleMs / 1000} s`);
	count = 0;
	await pause(idleMs);
	report.atMost("while nothing changes", (count * 60_000) / idleMs, "req/min", 2);
	await page.context().close();
}

async function keepBusy(bed: PanelBed, signal: AbortSignal): Promise<void> {
	const host = bed.site.host(0);
	for (let sizeBytes = 100_000; !signal.aborted; sizeBytes = sizeBytes === 100_000 ? 400_000 : 100_000) {
		const input = Buffer.alloc(sizeBytes);
		await host.run(
			["curl", "-s", "-m", "2", "-o", "/dev/null", "--data-binary", "@-", `http://${server(1).ipv4}/`],
			{ input },
		);
		await pause(150);
	}
}

/**
 * In place of the router, whose clock cannot be hurried: its first answer is given again and again, each a little different,
 * as often as `allowed` says.
 */
const hurriedRouter = `
const real = fetch;
let first = null;
globalThis.answered = 0;
globalThis.allowed = 1;
globalThis.fetch = async (url, init) => {
	const sent = JSON.parse(init.body);
	if (Array.isArray(sent) || sent.params[2] !== "wait") return real(url, init);
	first ??= await (await real(url, init)).json();
	while (answered >= allowed) await new Promise((resolve) => setTimeout(resolve, 20));
	answered++;
	const [status, figures] = first.result;
	const rates = { wan: { rx: answered * 1000, tx: answered }, wanb: { rx: 1, tx: answered * 3 } };
	const next = { ...figures, sequence: figures.sequence + answered, rates };
	return new Response(JSON.stringify({ jsonrpc: "2.0", id: sent.id, result: [status, next] }));
};
`;

/** The heap after a collection, before and after many updates. */
async function heap(bed: PanelBed, report: Report): Promise<void> {
	const page = await bed.page();
	await page.addInitScript(hurriedRouter);
	await page.goto(panelUrl);
	await signIn(page, "root");
	await page.locator("article").first().waitFor();
	const reach = async (wanted: number) => {
		await page.evaluate(`allowed = ${wanted}`);
		await until(`${wanted} updates`, () => page.evaluate(`answered >= ${wanted}`), {
			timeoutMs: 120_000,
			intervalMs: 50,
		});
	};
	report.progress(`${updates} updates, twice`);
	await reach(updates);
	const before = await heapBytes(page);
	await reach(updates * 2);
	const after = await heapBytes(page);
	report.measured("heap", after / 1e6, "MB");
	report.atMost(`heap: growth over ${updates} updates`, (after - before) / 1000, "kB", 200);
	await page.context().close();
}

async function heapBytes(page: Page): Promise<number> {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("HeapProfiler.collectGarbage");
	const { usedSize } = await devtools.send("Runtime.getHeapUsage");
	await devtools.detach();
	return usedSize;
}

/** Scrolls by as much in every frame; gives how many frames there were, and how many came a frame late or later. */
const scroll = `(async () => {
	const box = document.querySelector("body > div").shadowRoot.querySelector(".connections");
	const times = [];
	await new Promise((done) => {
		const frame = (time) => {
			times.push(time);
			box.scrollTop += ${scrollPxPerFrame};
			if (time - times[0] < ${scrollMs}) requestAnimationFrame(frame);
			else done();
		};
		requestAnimationFrame(frame);
	});
	const gaps = times.slice(1).map((time, index) => time - times[index]);
	return { frames: gaps.length, ms: times.at(-1) - times[0], late: gaps.filter((gap) => gap > 25).length, top: box.scrollTop };
})()`;

/** A list of connections as long as a router's, on a browser without a graphics card. */
async function scrolling(bed: PanelBed, report: Report): Promise<void> {
	report.progress(`${entries} connections`);
	await fillConnections(bed);
	const page = await bed.signedIn("root", { viewport: { width: 1280, height: 900 } });
	await page.goto(`${panelUrl}#connections`);
	const rows = page.locator(".connections table");
	await until(
		"all are counted",
		async () => Number(await rows.getAttribute("aria-rowcount").catch(() => 0)) > entries,
	);
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
	const busyMs = async () => {
		const { metrics } = await devtools.send("Performance.getMetrics");
		return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
	};
	const before = await busyMs();
	const { frames, ms, late, top } = await page.evaluate<Scrolled>(scroll);
	const perFrame = ((await busyMs()) - before) / frames;
	if (top < (frames * scrollPxPerFrame) / 2) throw new Error("the list does not scroll");
	report.atLeast(`${entries} connections: frames while scrolling`, (frames * 1000) / ms, "/s", 59);
	report.measured(`${entries} connections: frames that came late`, (late * 100) / frames, "%");
	report.atMost(`${entries} connections: the page's own time per frame`, perFrame, "ms", 1000 / 60);
	await page.context().close();
}

interface Scrolled {
	readonly frames: number;
	readonly ms: number;
	readonly late: number;
	readonly top: number;
}

async function fillConnections(bed: PanelBed): Promise<void> {
	const lines = Array.from({ length: entries }, (_, n) => {
		const from = `192.168.1.${10 + (n % 60)}`;
		const to = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
		const mark = (1 + (n % 2)) * 0x1000000;
		return `-I -p tcp -s ${from} -d ${to} --sport ${1024 + (n % 60_000)} --dport 443 --state ESTABLISHED -t 3000 -m ${mark}\n`;
	});
	bed.site.router.writeFile("/tmp/connections", lines.join(""));
	await bed.site.router.mustRun(["conntrack", "-R", "/tmp/connections"], { timeoutMs: 120_000 });
}
