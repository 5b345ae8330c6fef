import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadModule } from "./load.ts";
import { root, runAsProgram } from "./program.ts";

/** What a module of test/fuzz exports in `targets`. */
export interface FuzzTarget {
	readonly name: string;
	/** How many the long run has, where a million would take days. */
	readonly iterations?: number;
	/** Throws an Error with the input where a property does not hold; the same seed gives the same inputs. */
	run(iterations: number, seed: number): void | Promise<void>;
}

const folder = "test/fuzz";
/** Iterations with one seed, and between two looks at the clock; of a shorter run a tenth. */
const chunkIterations = 10_000;

async function loadTargets(): Promise<FuzzTarget[]> {
	const files = readdirSync(join(root, folder)).filter((file) => /^[\w-]+\.ts$/.test(file));
	const modules = await Promise.all(
		files.map((file) => loadModule<{ targets?: FuzzTarget[] }>(`${folder}/${file}`)),
	);
	return modules.flatMap(({ targets }) => targets ?? []);
}

/** Runs a target in chunks, each with the next seed; a failure names the seed that shows it again. */
export async function fuzz(
	target: FuzzTarget,
	iterations: number,
	seed: number,
	onProgress: (done: number) => void,
): Promise<void> {
	const most = Math.min(chunkIterations, Math.ceil(iterations / 10));
	for (let done = 0, chunk = 0; done < iterations; chunk++) {
		const count = Math.min(most, iterations - done);
		try {
			await target.run(count, seed + chunk);
		} catch (error) {
			const again = `npm run fuzz -- --only ${target.name} --seed ${seed + chunk} --iterations ${count}`;
			throw new Error(`${target.name} failed; again by: ${again}`, { cause: error });
		}
		done += count;
		onProgress(done);
	}
}

runAsProgram("fuzz", async (args) => {
	const { values } = parseArgs({
		args,
		options: {
			iterations: { type: "string" },
			only: { type: "string" },
			seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
		},
	});
	const targets = (await loadTargets()).filter(({ name }) => !values.only || name === values.only);
	if (targets.length === 0) throw new Error(`no target ${values.only ?? ""} in ${folder}`);
	console.log(`seed ${values.seed}`);
	let failed = 0;
	for (const target of targets) {
		const iterations = Number(values.iterations ?? target.iterations ?? 1_000_000);
		failed += (await report(target, iterations, Number(values.seed))) ? 0 : 1;
	}
	console.log(`${targets.length - failed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
});

/** Fuzzes a target and prints how far it is every few seconds; false when it failed. */
async function report(target: FuzzTarget, iterations: number, seed: number): Promise<boolean> {
	const startMs = performance.now();
	let printedMs = startMs;
	const line = (done: number) => {
		const seconds = (performance.now() - startMs) / 1000;
		return `${target.name.padEnd(20)} ${done} in ${seconds.toFixed(1)} s (${Math.round(done / seconds)}/s)`;
	};
	try {
		await fuzz(target, iterations, seed, (done) => {
			if (performance.now() - printedMs < 5000) return;
			printedMs = performance.now();
			console.log(line(done));
		});
		console.log(`${line(iterations)} passed`);
		return true;
	} catch (error) {
		console.error(error);
		return false;
	}
}
