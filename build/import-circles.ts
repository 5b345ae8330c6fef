import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseImports, sourceFiles, type Violation } from "./layering.ts";

/** Files that import each other in a circle cannot be read, moved or tested one by one: the import that closes each one. */
export function findImportCircles(repository: string): Violation[] {
	const files = new Set(sourceFiles(repository));
	const imports = new Map([...files].map((file) => [file, importsOf(repository, file, files)]));
	const done = new Set<string>();
	const found: Violation[] = [];
	const visit = (file: string, path: readonly string[]): void => {
		if (done.has(file)) return;
		const here = [...path, file];
		for (const { target, specifier, line } of imports.get(file) ?? []) {
			const start = here.indexOf(target);
			if (start < 0) visit(target, here);
			else found.push({ file, line, specifier, reason: renderCircle(here.slice(start)) });
		}
		done.add(file);
	};
	for (const file of files) visit(file, []);
	return found;
}

function importsOf(repository: string, file: string, files: ReadonlySet<string>) {
	const text = readFileSync(join(repository, file), "utf8");
	const lines = text.split("\n");
	return parseImports(text).flatMap(({ specifier, line }) => {
		const target = join(dirname(file), specifier);
		// What is read when it is wanted may need what reads it.
		const isLazy = (lines[line - 1] ?? "").includes("import(");
		return specifier.startsWith(".") && !isLazy && files.has(target) ? [{ target, specifier, line }] : [];
	});
}

function renderCircle(files: readonly string[]): string {
	return `a circle: ${[...files, files[0]].join(" → ")}; what they share belongs into a file of its own`;
}
