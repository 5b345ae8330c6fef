import type { SectionSchema } from "polywan-core/config/option-schema";
import { SCHEMA } from "polywan-core/config/schema";
import { importMwan3 } from "polywan-core/import/mwan3";
import { parseMwan3File } from "polywan-core/import/mwan3-file";
import { exportPackage } from "uci-parser/export";
import { describe, expect, test } from "vitest";

/** The schema with more options, or fewer, of a section type. */
function withOptions(
	type: string,
	change: (options: SectionSchema["options"]) => SectionSchema["options"],
): SectionSchema[] {
	return SCHEMA.map((section) =>
		section.type === type ? { ...section, options: change(section.options) } : section,
	);
}

function run(text: string, schema?: readonly SectionSchema[]): { config: string; notes: string[] } {
	const { config, notes } = importMwan3(parseMwan3File(text).pkg, schema);
	return {
		config: exportPackage(config, { header: false }),
		notes: notes.map(({ section, option, kind }) => `${kind} ${section}.${option}`),
	};
}

const STICKY = `
config interface 'wan'
	option enabled '1'
	list track_ip '1.1.1.1'
config member 'm'
	option interface 'wan'
config policy 'p'
	list use_member 'm'
config rule 'https'
	option proto 'tcp'
	option dest_port '443'
	option sticky '1'
	option timeout '300'
	option use_policy 'p'
`;

describe("import of mwan3 uses what the schema has", () => {
	const without = withOptions("rule", (options) => options.filter(({ name }) => !name.startsWith("sticky")));
	const option = { default: null, list: false, essential: false, negatable: false, help: "" };
	const sticky = withOptions("rule", (options) => [
		...options.filter(({ name }) => !name.startsWith("sticky")),
		{ ...option, name: "sticky", type: { kind: "boolean" }, default: "0" },
		{
			...option,
			name: "sticky_timeout",
			type: { kind: "duration", minMs: 1000, maxMs: 86_400_000 },
			default: "10m",
		},
	]);

	test("an option that is not there is reported", () => {
		const { config, notes } = run(STICKY, without);
		expect(config).not.toContain("sticky");
		expect(notes).toContain("lost https.sticky");
		expect(notes).toContain("lost https.timeout");
	});

	test("the same option is used once it is there", () => {
		const { config, notes } = run(STICKY, sticky);
		expect(config).toContain("option sticky '1'");
		expect(config).toContain("option sticky_timeout '300s'");
		expect(notes).toContain("kept https.sticky");
	});

	test("the default is not written out", () => {
		expect(run(STICKY.replace("300", "600"), sticky).config).not.toContain("sticky_timeout");
	});
});

describe("import of mwan3 keeps its meaning", () => {
	test("an interface without enabled is off, as mwan3's default is", () => {
		expect(run("config interface 'wan'\n\tlist track_ip '1.1.1.1'\n").config).toContain("option enabled '0'");
	});

	test("without a rule for everything the rest is left to the main table", () => {
		expect(run(STICKY).config).toContain("option default_policy 'default'");
	});

	test("a policy without usable members is its last resort", () => {
		const text =
			"config policy 'none'\n\toption last_resort 'blackhole'\nconfig rule 'r'\n\toption dest_ip '192.0.2.1'\n\toption use_policy 'none'\n";
		const { config } = run(text);
		expect(config).toContain("option target 'blackhole'");
		expect(config).not.toContain("config policy");
	});

	test("what cannot be matched does not match everything", () => {
		const { config } = run(STICKY.replace("option proto 'tcp'", "option src_ip 'somewhere'"));
		expect(config).toMatch(/config rule 'https'[\s\S]*option enabled '0'/);
	});
});
