import { rmSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchPinned, linesOfSuite, pinnedSource, sourcesOfSuite } from "../../../build/source.ts";

describe("the machine's apt configuration, turned to the sources of a suite", () => {
	it("deb822: comments, other vendors, updates and what is disabled are left out", () => {
		const text = `# Types: deb
Types: deb
# http://elsewhere.example/debian
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://vendor.example/node
Suites: nodistro
Components: main

Enabled: no
Types: deb
URIs: http://old.example/debian
Suites: bookworm
Components: main
`;
		expect(sourcesOfSuite(text, "trixie")).toBe(`Types: deb-src
URIs: http://mirror.example/debian
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

`);
	});

	it("one line an archive, each once", () => {
		const text = `# deb http://comment.example/debian bookworm main
deb [signed-by=/a.gpg arch=amd64] http://mirror.example/debian bookworm main contrib
deb-src [signed-by=/a.gpg arch=amd64] http://mirror.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
deb http://plain.example/debian/ stable main
deb http://flat.example/ ./
`;
		expect(linesOfSuite(text, "trixie")).toBe(
			"deb-src [signed-by=/a.gpg arch=amd64] http://mirror.example/debian trixie main\n" +
				"deb-src http://plain.example/debian/ trixie main\n",
		);
	});
});

describe("a source the archive does not give", () => {
	const source = { ...pinnedSource("quickjs"), file: `test-${process.pid}.tar.xz` };
	const path = `.cache/sources/${source.file}`;
	afterEach(() => {
		rmSync(path, { force: true });
		vi.unstubAllEnvs();
	});

	it("is an error that names the file, its hash and the place to put it", () => {
		vi.stubEnv("PATH", "/nonexistent");
		expect(() => fetchPinned(source)).toThrow(
			new RegExp(
				`does not give ${source.file} .*quickjs 2025.04.26.*sha256 ${source.sha256}, and put it at ${path}`,
			),
		);
	});

	it("that was put there with another hash is refused", () => {
		writeFileSync(path, "other");
		expect(() => fetchPinned(source)).toThrow(
			`${path} has the sha256 d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa`,
		);
	});
});
