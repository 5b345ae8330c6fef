import type { Delta, DeltaCommand } from "uci-parser/delta";
import type { Random } from "./random.ts";

const LINES = [
	...[
		"config foo\n",
		"config foo 'bar'\n",
		'config "x" y\n',
		"config bar # c\n",
		"c a b ; o c d\n",
		"config a b;option c d\n",
	],
	...[
		"\toption a b\n",
		"\toption a 'b c'\n",
		"\tlist a 'b'\n",
		"option x ''\n",
		"list x ''\n",
		"\toption z 'l1\nl2'\n",
	],
	...[
		"option c a\\ b\\\n  c\n",
		'\toption b "d\\"e\'f" # x\n',
		"option d 'a'\"b\"c\n",
		"option e f#g\n",
		"config 'a#b' n\n",
	],
	...[
		"\n",
		"# comment\n",
		"\r\n",
		"package p\n",
		"config cfg_x cfg01e48a\n",
		"\toption u 'grüße €🙂'\r\n",
		"config system\n",
	],
];
const TOKENS = [
	...[
		"config",
		"option",
		"list",
		"package",
		" ",
		" ",
		"\t",
		"\n",
		"\n",
		"'",
		'"',
		"\\",
		"\\\n",
		"\\\r\n",
		"#",
		";",
		" ; ",
	],
	...["a", "foo", "é", "\u0001", "\0", "\u000b", "=", ".", "@", "-", "\ud800"],
];
const NAMES = ["a", "b", "foo", "bar", "x", "cfg01e48a", "cfg02e48a", "Z_9"];
const VALUES = [
	"v",
	"",
	"0",
	"1",
	"-1",
	"it's",
	"''",
	"two\nlines",
	"\ttab\r\n",
	"a b",
	'"\\',
	"#;",
	"grüße",
	"=",
	"a.b.c='x'",
];
const COMMANDS: readonly DeltaCommand[] = [
	"set",
	"set",
	"add",
	"remove",
	"rename",
	"reorder",
	"addList",
	"removeList",
];

/** A UCI file: mostly sound lines, some nonsense. */
export function randomFile(random: Random): string {
	let text = "";
	for (let count = random.below(12); count >= 0; count--) {
		text += random.oneIn(10) ? random.pick(TOKENS) : random.pick(LINES);
	}
	return random.oneIn(3) ? mutate(text, random) : text;
}

/** A few characters deleted, doubled, exchanged or put in. */
export function mutate(text: string, random: Random): string {
	let result = text;
	for (let count = random.below(4); count >= 0; count--) {
		const at = random.below(result.length + 1);
		const end = Math.min(result.length, at + random.below(8));
		const put = [
			random.pick(TOKENS),
			"",
			result.slice(at, end).repeat(2),
			String.fromCharCode(random.below(256)),
		];
		result = result.slice(0, at) + random.pick(put) + result.slice(end);
	}
	return result;
}

/** A change that a delta file can hold, whether or not it fits the package. */
export function randomDelta(random: Random): Delta {
	const command = random.pick(COMMANDS);
	const section = random.pick(NAMES);
	const option = random.pick(NAMES);
	const value = random.pick(VALUES);
	switch (command) {
		case "set":
		case "add":
			if (random.oneIn(2))
				return { command, package: "p", section, value: random.pick(["type", "foo", "", "two words"]) };
			return { command, package: "p", section, option, value };
		case "remove":
			if (random.oneIn(3)) return { command, package: "p", section };
			return { command, package: "p", section, option, ...(random.oneIn(2) && { value }) };
		case "rename":
			return {
				command,
				package: "p",
				section,
				...(random.oneIn(2) && { option }),
				value: random.pick(NAMES),
			};
		case "reorder":
			return { command, package: "p", section, value };
		default:
			return { command, package: "p", section, option, value };
	}
}
