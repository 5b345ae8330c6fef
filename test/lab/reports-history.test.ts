import { statSync } from "node:fs";
import type { BlobTable } from "ubus-js/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { server } from "./addresses.ts";
import { FlashWatch } from "./flash-watch/flash-watch.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Reports } from "./reports/reports.ts";
import { resolveInRoot } from "./root-path.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const config = "config history 'history'\n\toption enabled '1'\n\toption copy '/etc/polywan-history'\n";
const file = "/tmp/polywan-history/history.db";
const copy = "/etc/polywan-history/history.db";

interface Series {
	readonly step_s: number;
	readonly at_s: readonly number[];
	readonly rx_rate: readonly number[];
	readonly rtt_us: { readonly ipv4: readonly number[] };
	readonly usable_permille: { readonly ipv4: readonly number[] };
	readonly trouble?: string;
}

describe.skipIf(!asRoot)("history", () => {
	let site: Site;
	let polywan: Polywan;
	let reports: Reports;
	let flash: FlashWatch;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: renderPolywanConfig() });
		polywan = new Polywan(site);
		reports = new Reports(site);
		flash = await FlashWatch.start(site);
		await polywan.untilState("up", "wan", "wanb");
		await reports.configure(config);
		await until("it is on the bus", async () => (await site.router.bus.list("polywan.reports")).length > 0);
	});
	afterAll(async () => {
		flash?.close();
		await site?.close();
	});

	const history = async (args: BlobTable) =>
		(await site.router.ubus("polywan.reports", "history", args)) as unknown as Series;
	const now = () => Math.round(Date.now() / 1000);
	/** Rows on file. */
	const written = async () => {
		const sql = "SELECT COUNT(*) FROM sample WHERE step=10 AND uplink='wan'";
		return Number((await site.router.run(["sqlite3", "-readonly", file, sql])).stdout);
	};
	const untilWritten = (rows: number) =>
		until(`${rows} rows are on file`, async () => (await written()) >= rows, { timeoutMs: 40_000 });

	it("knows each second of the last ten minutes", async () => {
		await site.host(0).mustRun(["curl", "-s", "-o", "/dev/null", `http://${server(1).ipv4}/bytes/3000000`]);
		await until("the traffic is in it", async () => {
			const { rx_rate } = await history({ uplink: "wan" });
			return rx_rate.some((rate) => rate > 500_000);
		});
		const { step_s, at_s, rtt_us } = await until("the last seconds are in it", async () => {
			const found = await history({ uplink: "wan" });
			const isNew = Math.abs((found.at_s.at(-1) ?? 0) - now()) < 5;
			return isNew && (found.rtt_us.ipv4.at(-1) ?? 0) > 0 && found;
		});
		expect(step_s).toBeLessThanOrEqual(2);
		expect(at_s.length).toBe(rtt_us.ipv4.length);
	});

	it("writes ten seconds at a time, and answers from the file", async () => {
		await untilWritten(1);
		const all = (args: BlobTable = {}) => history({ uplink: "wan", from: 0, to: now(), ...args });
		expect((await all({ points: 1 })).step_s % 10).toBe(0);
		await until("a while in which wan worked is in it", async () =>
			(await all()).usable_permille.ipv4.includes(1000),
		);
		expect((await all()).at_s.length).toBeGreaterThan(1);
		expect((await history({ uplink: "nobody" })).at_s).toEqual([]);
		for (const bad of [{}, { uplink: "wan", from: 5, to: 4 }, { uplink: "wan", points: 0 }])
			await expect(history(bad)).rejects.toMatchObject({ code: 2 });
	});

	it("has one whole copy in flash, which a reboot begins with", async () => {
		await until("the copy is there", async () => (await site.router.run(["test", "-s", copy])).code === 0);
		const path = resolveInRoot(site.router.rootPath, copy);
		const before = statSync(path).mtimeMs;
		const rows = await written();
		await reports.stop();
		await site.router.mustRun(["rm", "-rf", "/tmp/polywan-history"]);
		await reports.configure(config);
		await until("what the copy held is known", async () => (await written()) >= 1);
		await untilWritten(Math.min(rows, 1) + 1);
		expect(statSync(path).mtimeMs).toBe(before);
	});

	it("goes on when sqlite3 is killed", async () => {
		const rows = await written();
		await site.router.mustRun(["pkill", "-9", "-x", "sqlite3"]);
		await untilWritten(rows + 1);
		expect((await polywan.status()).apply.ok).toBe(true);
	});

	it("writes to flash once what is to outlive a reboot and nothing else, whatever happens, also when programs are killed", async () => {
		const copiedAtMs = statSync(resolveInRoot(site.router.rootPath, copy)).mtimeMs;
		await polywan.run("down", "wanb");
		await polywan.run("auto", "wanb");
		await site.uplink("wan").carrier(false);
		await polywan.untilState("down", "wan");
		await site.uplink("wan").carrier(true);
		await site.router.setConfig(
			"polywan",
			renderPolywanConfig({ policies: { other: { mode: "weighted" } } }),
		);
		for (const pid of [await polywan.pid(), await reports.pid()])
			await site.router.mustRun(["kill", "-9", String(pid)]);
		await until("polywan answers again", async () => (await polywan.run("usage")).code === 0, {
			timeoutMs: 30_000,
		});
		await until("and so do reports", async () => (await site.router.bus.list("polywan.reports")).length > 0, {
			timeoutMs: 30_000,
		});
		// What a file is called until it is whole; the secrets are closed to others once, where they are open.
		const paths = flash.writes.map(({ path }) => path.replace(/(\.db|\.json).*/, "$1"));
		const written = new Set(paths.filter((path) => !path.startsWith("/etc/config/polywan_secrets")));
		expect(["/etc/polywan-history/history.db", "/etc/polywan/usage.json"]).toEqual(
			expect.arrayContaining([...written]),
		);
		expect(copiedAtMs).toBe(statSync(resolveInRoot(site.router.rootPath, copy)).mtimeMs);
		await polywan.untilState("up", "wan", "wanb");
	});

	it("sets a damaged file aside and begins a new one from the copy", async () => {
		await reports.stop();
		site.router.writeFile(file, "SQLite format 3\0 and then nothing of the kind".repeat(500));
		await reports.configure(config);
		await until(
			"the damaged one is kept beside",
			async () => (await site.router.run(["test", "-s", `${file}.damaged`])).code === 0,
		);
		await untilWritten(1);
		expect(reports.log()).toMatch(/history: damaged, set aside/);
	});

	it("a damaged copy does not keep it from beginning", async () => {
		await reports.stop();
		await site.router.mustRun(["rm", "-rf", "/tmp/polywan-history"]);
		site.router.writeFile(copy, "no database at all, and long enough to be looked at".repeat(100));
		await reports.configure(config);
		await untilWritten(1);
		expect((await site.router.run(["test", "-s", `${copy}.damaged`])).code).toBe(0);
	});

	it("a full file system takes nothing from the copy, and is told; with room again it goes on from the copy", async () => {
		const folder = "/tmp/polywan-history";
		await site.router.mustRun(["/etc/init.d/polywan-reports", "stop"]);
		await until("it ended", async () => (await reports.pids()).length === 0);
		await site.router.mustRun(["sh", "-c", `rm -rf ${folder} ${copy}*; mkdir ${folder}`]);
		const row = `(10,'wan',${now() - 1800},7,7,7,7,0,0,1000,1000)`;
		const table =
			"CREATE TABLE sample (step,uplink,at,rx,tx,rtt4,rtt6,loss4,loss6,usable4,usable6,PRIMARY KEY (step,uplink,at)) WITHOUT ROWID";
		const sql = `PRAGMA user_version=1;${table};INSERT INTO sample VALUES${row};`;
		await site.router.mustRun(["sqlite3", copy, sql]);
		await site.router.mustRun(["mount", "-t", "tmpfs", "-o", "size=8k", "full", folder]);
		const isTrouble = async () => (await history({ uplink: "wan" })).trouble?.includes("full") ?? false;
		try {
			await reports.configure(config);
			await until("the trouble is told", isTrouble);
			await site.router.mustRun(["test", "-s", copy]);
			expect((await site.router.run(["test", "-e", `${copy}.damaged`])).code).toBe(1);
		} finally {
			await site.router.run(["umount", "-l", folder]);
		}
		await reports.configure(config);
		await until("what the copy held is known", async () => {
			const { at_s } = await history({ uplink: "wan", from: now() - 3600, to: now() - 1200 });
			return at_s.length === 1;
		});
	});

	it("without sqlite3 it says so, and knows the last ten minutes", async () => {
		const path = (await site.router.mustRun(["sh", "-c", "command -v sqlite3"])).trim();
		await site.router.mustRun(["mv", path, `${path}.away`]);
		try {
			await reports.configure(`${config}\n`);
			await until("the seconds are known", async () => (await history({ uplink: "wan" })).at_s.length > 1);
			expect((await history({ uplink: "wan" })).trouble).toMatch(/sqlite3 is not installed/);
			expect(await site.router.ubus("polywan.reports", "status")).toMatchObject({
				parts: [{ name: "history", state: "trouble" }],
			});
		} finally {
			await site.router.mustRun(["mv", `${path}.away`, path]);
		}
	});
});
