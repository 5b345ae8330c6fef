import { execFileSync } from "node:child_process";
import { renderOpenMetrics } from "polywan-core/metrics/family";
import { expect, test } from "vitest";
import { LineReader, MOST_LINE_BYTES } from "../../../package/polywan/src/plugin/line-reader.ts";
import { parsePluginLine } from "../../../package/polywan-reports/src/plugin/message.ts";
import { parseOpenMetrics } from "./open-metrics.ts";

const encoder = new TextEncoder();

function metrics(...list: unknown[]) {
	const message = parsePluginLine(JSON.stringify({ type: "metrics", id: 1, metrics: list }), "x");
	return message?.type === "metrics" ? message.families : null;
}

test("messages, and what is none", () => {
	expect(parsePluginLine('{"type":"hello","roles":["metrics","root"]}', "x")).toEqual({
		type: "hello",
		roles: ["metrics"],
	});
	expect(parsePluginLine('{"type":"done","id":3}', "x")).toEqual({ type: "done", id: 3 });
	for (const bad of [
		"",
		"null",
		"[]",
		"{}",
		'{"type":"done"}',
		'{"type":"done","id":"1"}',
		'{"type":"hello"}',
		"{",
	])
		expect(parsePluginLine(bad, "x"), bad).toBeNull();
});

test("whatever a plugin says, its metrics are OpenMetrics", () => {
	const families = metrics(
		{ name: "a", value: 1 },
		{ name: "a", value: 2 },
		{ name: "a", value: 3, labels: { b: 'q"\n', B: "no", c: 5 } },
		{ name: "bytes_total", value: 5, kind: "counter", help: "x\ny" },
		{ name: "bytes", value: 5, kind: "gauge" },
		{ name: "n", value: -1, kind: "counter" },
		{ name: "Bad-Name", value: 1 },
		{ name: "s", value: "1" },
		{ name: "i", value: null },
		null,
	);
	const parsed = parseOpenMetrics(renderOpenMetrics(families ?? []));
	expect(parsed.map(({ name, samples }) => [name, samples.map(({ value }) => value)])).toEqual([
		["polywan_x_a", [1, 3]],
		["polywan_x_bytes", [5]],
	]);
});

test("lines come whole, however they are cut, and never without end", () => {
	const bytes = encoder.encode('{"a":"ü"}\n\n{"b":1}\n');
	for (let cut = 0; cut <= bytes.length; cut++) {
		const reader = new LineReader();
		expect([...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]).toEqual([
			'{"a":"ü"}',
			"",
			'{"b":1}',
		]);
	}
	expect(() => new LineReader().push(new Uint8Array(MOST_LINE_BYTES + 1))).toThrow(RangeError);
});

test("the example speaks the protocol under ash", () => {
	const input =
		'{"type":"hello","version":1}\n{"id":7,"type":"collect"}\n{"id":8,"type":"events","events":[]}\n';
	const output = execFileSync("busybox", ["ash", "rootfs-overlay/usr/lib/polywan/plugins/temperature"], {
		input,
		encoding: "utf8",
	});
	const messages = output
		.trimEnd()
		.split("\n")
		.map((line) => parsePluginLine(line, "temperature"));
	expect(messages).toMatchObject([
		{ roles: ["metrics"] },
		{ type: "metrics", id: 7 },
		{ type: "done", id: 8 },
	]);
});
