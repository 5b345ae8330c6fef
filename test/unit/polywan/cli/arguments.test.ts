import { parseArguments, UsageError, type Verb } from "polywan/cli/verb";
import { describe, expect, test } from "vitest";

const verb: Verb = {
	name: "events",
	usage: "",
	help: "",
	options: ["json", "limit="],
	mostArguments: 1,
	run: async () => 0,
};

describe("a command line", () => {
	test("options with and without values, in any place", () => {
		const given = parseArguments(verb, ["--limit", "5", "wan", "--json"]);
		expect(given.words).toEqual(["wan"]);
		expect(Object.fromEntries(given.options)).toEqual({ limit: "5", json: true });
		expect(parseArguments(verb, ["--limit=7"]).options.get("limit")).toBe("7");
	});

	test("after -- every word is an argument", () => {
		expect(parseArguments(verb, ["--", "--json"]).words).toEqual(["--json"]);
	});

	test("another program's command line is its own, with or without -- before it", () => {
		const use: Verb = { ...verb, options: [], mostArguments: 99, wordsBeforeCommand: 1 };
		expect(parseArguments(use, ["wan", "curl", "-s", "--", "-x"]).words).toEqual([
			"wan",
			"curl",
			"-s",
			"--",
			"-x",
		]);
		expect(parseArguments(use, ["wan", "--", "curl", "-s"]).words).toEqual(["wan", "curl", "-s"]);
	});

	test.each([
		[["--colour"], "unknown option '--colour'"],
		[["--limit"], "'--limit' needs a value"],
		[["--json=1"], "'--json' takes no value"],
		[["wan", "wanb"], "unexpected 'wanb'"],
	])("%j is refused", (words, message) => {
		expect(() => parseArguments(verb, words)).toThrow(new UsageError(message));
	});
});
