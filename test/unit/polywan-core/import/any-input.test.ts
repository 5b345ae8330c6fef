import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseModel } from "polywan-core/config/parse";
import { importMwan3 } from "polywan-core/import/mwan3";
import { parseMwan3File } from "polywan-core/import/mwan3-file";
import { exportPackage } from "uci-parser/export";
import { parsePackage } from "uci-parser/parse";
import { expect, test } from "vitest";
import { type Random, seededRandom } from "../../../fuzz/random.ts";

// Whatever mwan3's file says, what comes out is a configuration polywan takes without a word.

const folder = join(process.cwd(), "test/golden/import");
const lines = readdirSync(folder, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.flatMap(({ name }) => readFileSync(join(folder, name, "mwan3"), "utf8").split("\n"));
const options = lines.filter((line) => /^\t(option|list) /.test(line));
const sections = lines.filter((line) => line.startsWith("config "));
const VALUES = [
	"0",
	"1",
	"-1",
	"99999",
	"1.5",
	"",
	"all",
	"any",
	"ipv4",
	"ipv6",
	"2001:db8::1",
	"10.0.0.0/8",
	"a b",
	"!80",
	"wan",
	"default",
	"unreachable",
	"0x3f00",
	"é",
	"0.0.0.0/0",
	"::/0",
	"70000",
	"80:79",
	"ping",
];

function randomFile(random: Random): string {
	const file: string[] = [];
	for (let section = random.below(12) + 2; section > 0; section--) {
		file.push(random.pick(sections));
		for (let count = random.below(8); count > 0; count--) {
			const line = random.pick(options);
			file.push(random.oneIn(4) ? line.replace(/'.*'$/, `'${random.pick(VALUES)}'`) : line);
		}
	}
	return `${file.join("\n")}\n`;
}

test("thousands of random files", () => {
	const random = seededRandom(20_261_120);
	for (let round = 0; round < 1500; round++) {
		const source = randomFile(random);
		const { config } = importMwan3(parseMwan3File(source).pkg);
		const text = exportPackage(config, { header: false });
		expect({ source, problems: parseModel(parsePackage("polywan", text), {}).problems }).toEqual({
			source,
			problems: [],
		});
	}
});
