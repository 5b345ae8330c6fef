// The line map of a program: from lines of its bundle to lines of its sources, for stack traces. package/runtime/c/map.c
// describes the format and reads it.
import { join, relative, resolve } from "node:path";

interface SourceMap {
	readonly sources: readonly string[];
	readonly mappings: string;
}

/** A run of bundle lines that came from consecutive lines of one source. */
interface Run {
	readonly bundleLine: number;
	/** Counted from 1; 0: no source. */
	readonly source: number;
	readonly sourceLine: number;
}

/** @param folder where the source map's relative paths start */
export function buildLineMap(sourceMap: string, folder: string): Uint8Array {
	const { sources, mappings } = JSON.parse(sourceMap) as SourceMap;
	const paths = sources.map((source) => relative(process.cwd(), resolve(join(folder, source))));
	return Buffer.concat([Buffer.from(`${paths.join("\n")}\n\n`), Buffer.from(renderRuns(findRuns(mappings)))]);
}

/**
 * The first mapping of every line counts, but for one that only repeats what came before (esbuild begins indented lines
 * so) when another follows; lines without one go on from the line before.
 */
function findRuns(mappings: string): Run[] {
	const runs: Run[] = [];
	let source = 0;
	let sourceLine = 0;
	let expected: Run = { bundleLine: 0, source: 0, sourceLine: 0 };
	mappings.split(";").forEach((line, index) => {
		let first: Run | null = null;
		let repeats = false;
		for (const segment of line.split(",").filter(Boolean)) {
			const [, sourceStep, lineStep, columnStep] = readNumbers(segment);
			if (sourceStep === undefined || lineStep === undefined) continue;
			source += sourceStep;
			sourceLine += lineStep;
			if (first && !repeats) continue;
			repeats = !first && sourceStep === 0 && lineStep === 0 && columnStep === 0;
			first = { bundleLine: index + 1, source: source + 1, sourceLine: sourceLine + 1 };
		}
		if (!first) return;
		const continues =
			first.source === expected.source &&
			first.sourceLine - expected.sourceLine === first.bundleLine - expected.bundleLine;
		if (continues) return;
		runs.push(first);
		expected = first;
	});
	return runs;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The base64 VLQ numbers of a source map's segment. */
function readNumbers(segment: string): number[] {
	const numbers: number[] = [];
	let number = 0;
	let shift = 0;
	for (const digit of segment) {
		const value = digits.indexOf(digit);
		number |= (value & 31) << shift;
		shift += 5;
		if (value & 32) continue;
		numbers.push(number & 1 ? -(number >> 1) : number >> 1);
		number = 0;
		shift = 0;
	}
	return numbers;
}

function renderRuns(runs: readonly Run[]): number[] {
	const bytes: number[] = [];
	let before: Run = { bundleLine: 0, source: 0, sourceLine: 0 };
	for (const run of runs) {
		const lineStep = run.sourceLine - before.sourceLine;
		for (const number of [run.bundleLine - before.bundleLine, run.source, (lineStep << 1) ^ (lineStep >> 31)])
			pushNumber(bytes, number);
		before = run;
	}
	return bytes;
}

/** Unsigned LEB128. */
function pushNumber(bytes: number[], number: number): void {
	let left = number;
	for (; left > 127; left >>>= 7) bytes.push((left & 127) | 128);
	bytes.push(left);
}
