import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseOpenMetrics } from "../unit/polywan-reports/open-metrics.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Reports } from "./reports/reports.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
const folder = "/usr/lib/polywan/plugins";

/** Answers hello and collect; what else it does stands in `more`. */
const plugin = (collect: string) => `#!/bin/sh
while read -r line; do
	id=\${line#*\\"id\\":}
	id=\${id%%[!0-9]*}
	case $line in
	*hello*) echo '{"type":"hello","roles":["metrics","alerts"]}' ;;
	*collect*) ${collect} ;;
	*) echo "$line" >> /tmp/alerts; echo "{\\"type\\":\\"done\\",\\"id\\":$id}" ;;
	esac
done
`;
const good = plugin(
	`echo "{\\"type\\":\\"metrics\\",\\"id\\":$id,\\"metrics\\":[{\\"name\\":\\"answer\\",\\"value\\":42}]}"`,
);

describe.skipIf(!asRoot)("plugins", () => {
	let site: Site;
	let polywan: Polywan;
	let reports: Reports;

	beforeAll(async () => {
		site = await Site.build({ daemon: true, config: renderPolywanConfig() });
		polywan = new Polywan(site);
		reports = new Reports(site);
		await polywan.untilState("up", "wan", "wanb");
	});
	afterAll(() => site?.close());

	const sample = async (name: string) =>
		parseOpenMetrics((await polywan.run("metrics")).stdout).find((family) => family.name === name)?.samples[0]
			?.value;

	it("runs those alone that are configured; their metrics stand with polywan's own", async () => {
		for (const name of ["mine", "other"]) site.router.writeFile(`${folder}/${name}`, good, 0o755);
		await reports.configure("config plugin 'mine'\n\toption interval '1s'\n");
		await until("its metric is there", async () => (await sample("polywan_mine_answer")) === 42);
		expect(await sample("polywan_other_answer")).toBeUndefined();
		expect((await site.router.run(["pgrep", "-f", `${folder}/other`])).stdout).toBe("");
	});

	it("tells them of events", async () => {
		await until("an event came", async () => {
			await polywan.run("down", "wanb");
			await polywan.run("auto", "wanb");
			return (await site.router.run(["grep", "-q", '"uplink":"wanb"', "/tmp/alerts"])).code === 0;
		});
	});

	it.each([
		["hangs", plugin("sleep 1000"), /gave no answer within 300 ms/, "300ms"],
		["talks nonsense", plugin("echo hello there"), /what is no message: hello there/],
		["never stops talking", plugin("cat /dev/zero"), /a line of more than/],
		["crashes", plugin("kill -9 $$"), /ended with SIGKILL/],
		["is not there", null, /not found|No such file/],
		["takes all memory", plugin('x=$(head -c 200000000 /dev/zero | tr "\\\\0" x); echo done'), /ended/],
	])("one that %s is ended and started again, and disturbs nobody", async (_, text, why, timeout = "10s") => {
		if (text !== null) site.router.writeFile(`${folder}/bad`, text, 0o755);
		else await site.router.run(["rm", "-f", `${folder}/bad`]);
		await reports.configure(
			`config plugin 'mine'\n\toption interval '1s'\nconfig plugin 'bad'\n\toption timeout '${timeout}'\n\toption memory '64'\n`,
		);
		const ends = () => reports.log().match(/plugin: ended, will be started again plugin=bad.*/g) ?? [];
		const before = ends().length;
		const told = () => ends().slice(before);
		await until("it was started again", () => told().length >= 2, { timeoutMs: 40_000 });
		// On a busy machine it may also be late with its first word.
		await until("it is told why", () => told().some((line) => why.test(line)));
		await until("the other one works", async () => (await sample("polywan_mine_answer")) === 42);
		expect(await reports.pids()).toHaveLength(1);
	});

	it("ends them with itself", async () => {
		await site.router.run(["/etc/init.d/polywan-reports", "stop"]);
		await until("no plugin runs", async () => (await site.router.run(["pgrep", "-f", folder])).stdout === "");
	});
});
