import { transform } from "esbuild";
import { expect, it } from "vitest";
import { buildLineMap } from "../../../build/line-map.ts";

/** What package/runtime/c/map.c makes of a map: path and line for a line of the bundle. */
function findPlace(map: Uint8Array, wanted: number): string {
	const end = Buffer.from(map).indexOf("\n\n");
	const paths = Buffer.from(map.slice(0, end)).toString().split("\n");
	let at = end + 2;
	const next = () => {
		let number = 0;
		for (let shift = 0; ; shift += 7) {
			const byte = map[at++] ?? 0;
			number |= (byte & 127) << shift;
			if (byte < 128) return number;
		}
	};
	let [line, source, sourceLine, found] = [0, 0, 0, "unknown"];
	while (at < map.length) {
		line += next();
		source = next();
		const zigzag = next();
		sourceLine += (zigzag >>> 1) ^ -(zigzag & 1);
		if (line <= wanted) found = `${paths[source - 1]}:${sourceLine + wanted - line}`;
	}
	return found;
}

it("every line of the output leads to its line of the source", async () => {
	const source = [
		"interface Gone {",
		"	a: number;",
		"}",
		"",
		"// gone too",
		"export function first(x: Gone): number {",
		"	const marker1 = x.a;",
		"	type AlsoGone = string;",
		"	return marker1 + 1;",
		"}",
		...Array.from({ length: 300 }, (_, i) =>
			i % 7 === 0 ? `export type T${i} = ${i};` : `export const marker${i + 2} = ${i};`,
		),
	];
	const result = await transform(source.join("\n"), {
		loader: "ts",
		sourcemap: "external",
		sourcefile: "package/x/src/y.ts",
	});
	const map = buildLineMap(result.map, ".");
	const lines = result.code.split("\n");
	for (const [index, line] of lines.entries()) {
		const marker = /const (marker\d+)/.exec(line)?.[1];
		if (!marker) continue;
		const wanted = source.findIndex((text) => text.includes(`const ${marker} `)) + 1;
		expect(findPlace(map, index + 1)).toBe(`package/x/src/y.ts:${wanted}`);
	}
});
