import { parsePackage } from "uci-parser/parse";
import { PackageReader } from "uci-parser/reread";
import { describe, expect, test } from "vitest";

const TEXTS = [
	"",
	"# nothing\n",
	"config rule 'a'\n\toption x 1\nconfig rule 'b'\n\toption x 2\n",
	"config rule 'a'\n\toption x 1\nconfig rule 'b'\n\toption x 3\n",
	"config rule 'b'\n\toption x 3\nconfig rule 'a'\n\toption x 1",
	"# first\n\nconfig rule\n\toption x 1\n\nconfig rule\n\toption x 1\n\nconfig rule\n\tlist x 1\n\tlist x 2\n",
	"# first\n\nconfig rule\n\toption x 1\n\nconfig other\n\nconfig rule\n\tlist x 1\n\tlist x 2\n",
	"config rule 'a'\n\toption x 'one\nconfig rule two'\n\toption y 2\nconfig rule 'b'\n",
	"config rule 'a'\n\toption x 1\nconfig rule 'b'\nconfig rule 'a'\n\toption y 2\n",
	"config rule 'a'\n\toption x 1 \\\nconfig rule 'b'\n",
	"config rule 'a'\n\toption x 1; config rule 'c'\n\toption x 1\nconfig rule 'b'\n",
	"package other\nconfig rule 'a'\n\toption x \"1\npackage third\noption y 2\nconfig rule 'b'\n",
	"config rule 'a'\nconfig other 'a'\n",
	"config rule 'a'\nconfig rule '-'\n",
	"option x 1\nconfig rule 'a'\n",
	"config rule 'a'\n\toption x 'open\nconfig rule 'b'\n",
	"  config rule 'a'\n\toption x 1\nc rule 'b'\nconfig rule 'c'\n",
	"config rule 'cfg02e0a3'\nconfig rule\n",
];

function outcome(read: () => unknown): unknown {
	try {
		return read();
	} catch (error) {
		return String(error);
	}
}

describe("a file that is read again and again", () => {
	test("is what it is when it is read once, whatever was read before", () => {
		for (const before of TEXTS) {
			for (const text of TEXTS) {
				const reader = new PackageReader("polywan");
				outcome(() => reader.read(before));
				const wanted = outcome(() => parsePackage("polywan", text));
				expect(
					outcome(() => reader.read(text)),
					JSON.stringify([before, text]),
				).toEqual(wanted);
				expect(outcome(() => reader.read(text))).toEqual(wanted);
			}
		}
	});

	test("keeps the sections that are as they were", () => {
		const reader = new PackageReader("polywan");
		const [, , one = "", other = ""] = TEXTS;
		const before = reader.read(one).sections;
		const after = reader.read(other).sections;
		expect(after[0]).toBe(before[0]);
		expect(after[1]).not.toBe(before[1]);
		expect(after[1]?.options.get("x")).toBe("3");
	});
});
