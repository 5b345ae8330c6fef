import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Bench, Report, type Row, renderHeader, renderRow } from "../test/bench/harness.ts";
import { loadModule } from "./load.ts";
import { prepare } from "./prepare.ts";
import { root, runAsProgram } from "./program.ts";

const folder = "test/bench";

/** Names of the benches there are. */
export function benchNames(): string[] {
	return readdirSync(join(root, folder))
		.filter((file) => file.endsWith(".bench.ts"))
		.map((file) => file.slice(0, -".bench.ts".length))
		.sort();
}

async function loadBench(name: string): Promise<Bench> {
	if (!benchNames().includes(name))
		throw new Error(`there is no bench ${name}; there are ${benchNames().join(", ")}`);
	return (await loadModule<{ bench: Bench }>(`${folder}/${name}.bench.ts`)).bench;
}

async function list(): Promise<void> {
	for (const name of benchNames()) console.log(`${name.padEnd(16)} ${(await loadBench(name)).title}`);
}

/** Runs benches one after the other and gives their rows; prints a table as they come unless `json`. */
async function measure(benches: readonly Bench[], json: boolean): Promise<Row[]> {
	const rows: Row[] = [];
	for (const bench of benches) {
		if (!json) console.log(`${rows.length > 0 ? "\n" : ""}${bench.title}\n${renderHeader()}`);
		const report = new Report(
			(row) => (json ? console.error(renderRow(row)) : console.log(renderRow(row))),
			(message) => console.error(`  ${message}`),
		);
		await bench.run(report);
		rows.push(...report.rows);
	}
	return rows;
}

runAsProgram("bench", async (args) => {
	const { values, positionals } = parseArgs({
		args,
		allowPositionals: true,
		options: { json: { type: "boolean", default: false } },
	});
	if (positionals.length === 0 || positionals.includes("list")) {
		console.log("npm run bench -- <name>… [--json]");
		await list();
		return 0;
	}
	const benches = await Promise.all(positionals.map(loadBench));
	await prepare();
	const rows = await measure(benches, values.json);
	if (values.json) console.log(JSON.stringify(rows, null, "\t"));
	return 0;
});
