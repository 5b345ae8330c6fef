import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleProgram, compileProgram } from "../../../build/bundle.ts";
import { Namespaces, type NetworkNamespace, root } from "../../lab/namespaces.ts";
import { manyUplinks } from "../../unit/polywan-core/fixture.ts";
import { median, type Report } from "../harness.ts";

const uplinks = 250;
const rules = 1000;
const starts = 9;

/** Begin, then the end of parsing, of the plan, of the filter and of everything, in ms. */
type Times = readonly [begin: number, parsed: number, planned: number, filtered: number, whole: number];

interface Outcome {
	readonly times: Times;
	/** Until new connections go elsewhere, in both families. */
	readonly diversions: readonly number[];
	/** Until the packet filter is as the whole plan has it. */
	readonly failures: readonly number[];
	readonly reloads: readonly number[];
	readonly ownPeakKb: number;
	readonly childPeakKb: number;
}

/** The program's path from configuration to kernel in a bare namespace, its uplinks macvlan devices with addresses; nothing probes. */
export async function measureScale(report: Report): Promise<void> {
	report.progress(`${uplinks} uplinks, ${rules} rules`);
	await bundleProgram("test/lab/programs/engine.ts", "engine");
	await compileProgram("engine", "x86_64");
	const folder = mkdtempSync(join(tmpdir(), "polywan-engine-"));
	const namespaces = await Namespaces.hold(`pwlab${process.pid}-engine`, "engine", starts);
	try {
		const text = manyUplinks(uplinks, rules);
		const paths = [text, text.replace("option dest_port 500\n", "option dest_port 40500\n")].map(
			(config, n) => {
				const path = join(folder, `config${n}`);
				writeFileSync(path, config);
				return path;
			},
		);
		const [runtime, program] = ["polywan-run", "engine"].map((name) => join(root, "dist/x86_64", name));
		const run = async (router: NetworkNamespace, configs: readonly string[]) =>
			JSON.parse(
				await router.mustRun([runtime ?? "", program ?? "", ...configs], { timeoutMs: 120_000 }),
			) as Outcome;
		const times: Times[] = [];
		for (let n = 1; n < starts; n++) {
			report.progress(`first apply, ${n} of ${starts}`);
			const router = namespaces.network(n);
			await connect(router);
			times.push((await run(router, paths.slice(0, 1))).times);
		}
		const router = namespaces.network(0);
		await connect(router);
		const outcome = await run(router, paths);
		tell(report, outcome, [...times, outcome.times]);
	} finally {
		await namespaces.close();
		rmSync(folder, { recursive: true });
	}
}

async function connect(router: NetworkNamespace): Promise<void> {
	await router.ip(["link add trunk type veth peer name other", "link set trunk up", "link set other up"]);
	await router.ip(Array.from({ length: uplinks }, (_, index) => deviceOf(index + 1)).flat());
}

/** As `linksOf` has them. */
function deviceOf(n: number): readonly string[] {
	return [
		`link add link trunk name w${n} type macvlan mode bridge`,
		`link set w${n} up`,
		`addr add 100.64.${n}.2/24 dev w${n}`,
		`addr add 2001:db8:${n}::2/64 dev w${n} nodad`,
	];
}

function tell(
	report: Report,
	{ diversions, failures, reloads, ownPeakKb, childPeakKb }: Outcome,
	times: readonly Times[],
): void {
	const took = (part: (times: Times) => number) => median(times.map(part));
	const what = `${uplinks} uplinks, ${rules} rules`;
	report.measured(
		`${what}: configuration read, median`,
		took(([begin, parsed]) => parsed - begin),
		"ms",
	);
	report.measured(
		`${what}: plan, median`,
		took(([, parsed, planned]) => planned - parsed),
		"ms",
	);
	report.measured(
		`${what}: packet filter, median`,
		took(([, , planned, filtered]) => filtered - planned),
		"ms",
	);
	const whole = took(([, parsed, , , whole]) => whole - parsed);
	report.atMost(`${what}: first apply (plan, filter, routes), median`, whole, "ms", 250);
	report.atMost(`${what}: failure to the first packet elsewhere, median`, median(diversions), "ms", 15);
	report.measured(`${what}: failure to the whole plan in the filter, median`, median(failures), "ms");
	report.atMost(`${what}: reload with one changed rule, median`, median(reloads), "ms", 50);
	report.atMost(`${what}: memory of the engine, peak`, ownPeakKb / 1024, "MB", 16);
	report.atMost(`${what}: memory of a child, peak`, childPeakKb / 1024, "MB", 64);
}
