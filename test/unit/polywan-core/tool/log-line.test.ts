import { parseLogLine } from "polywan-core/tool/log-line";
import { expect, test } from "vitest";

test("a line of polywan, with its fields", () => {
	const line =
		'Fri Nov 20 09:48:04 2026 [1795168084.123] daemon.notice polywan[269]: uplink uplink=wan to=down reason="no \\"x\\" answers" ms=1.5';
	expect(parseLogLine(line)).toEqual({
		at_ms: 1_795_168_084_123,
		when: "Fri Nov 20 09:48:04 2026",
		level: "notice",
		program: "polywan",
		message: "uplink",
		fields: { uplink: "wan", to: "down", reason: 'no "x" answers', ms: "1.5" },
	});
});

test("a line of another program, without a time stamp", () => {
	expect(parseLogLine("Fri Nov  6 09:48:04 2026 kern.err kernel: eth0: a=b is 5% of c: d")).toEqual({
		at_ms: null,
		when: "Fri Nov  6 09:48:04 2026",
		level: "error",
		program: "kernel",
		message: "eth0: a=b is 5% of c: d",
		fields: {},
	});
});

test.each(["", "what is this", "Fri Nov 20 09:48:04 2026 daemon.notice", "\u0000", "a=b c=d"])(
	"'%s' is a message and no more",
	(line) => {
		expect(parseLogLine(line)).toMatchObject({ level: null, message: line, fields: {} });
	},
);

test("a line that was cut keeps all of its words", () => {
	const line = 'Fri Nov 20 09:48:04 2026 daemon.warn polywan: uplink uplink=wan reason="no ans';
	expect(parseLogLine(line)).toMatchObject({
		level: "warning",
		message: 'uplink uplink=wan reason="no ans',
		fields: {},
	});
});
