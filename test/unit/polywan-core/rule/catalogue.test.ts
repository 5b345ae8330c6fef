import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCatalogue } from "polywan-core/app/catalogue";
import { buildPlan } from "polywan-core/plan/build";
import { listRuleProblems } from "polywan-core/plan/rules";
import { renderDropIn } from "polywan-core/render/dnsmasq";
import { describe, expect, test } from "vitest";
import { planInput } from "../fixture.ts";

const shipped = readFileSync(join(process.cwd(), "rootfs-overlay/usr/share/polywan/apps.json"), "utf8");

describe("the catalogue that ships", () => {
	const troubles: string[] = [];
	const catalogue = parseCatalogue([{ path: "apps.json", text: shipped }], (trouble) =>
		troubles.push(trouble),
	);

	test("can be understood whole, and has the categories that rules are written with", () => {
		expect(troubles).toEqual([]);
		for (const category of ["video", "gaming", "voice", "work", "social", "updates"])
			expect(catalogue.categories.get(category)?.length).toBeGreaterThan(2);
		for (const app of catalogue.apps.values())
			expect(app.domains.length + app.networks.length + app.services.length, app.name).toBeGreaterThan(0);
	});

	test("no application has the name of a category", () => {
		for (const name of catalogue.categories.keys()) expect(catalogue.apps.has(name)).toBe(false);
	});

	test("every category is a rule with sets whose lines dnsmasq can read", () => {
		const rules = [...catalogue.categories.keys()].map(
			(category) => `config rule '${category}'\n\toption app ${category}\n\toption target wan\n`,
		);
		const input = { ...planInput(`config uplink 'wan'\n${rules.join("")}`), catalogue };
		expect(listRuleProblems(input.model, input)).toEqual([]);
		const plan = buildPlan(input);
		const sets = plan.sets.filter((set) => set.kind === "domains");
		for (const firewall of ["nftables", "iptables"] as const) {
			const lines = renderDropIn(sets, firewall).trimEnd().split("\n");
			for (const line of lines) expect(line.length).toBeLessThanOrEqual(1024);
			const named = lines.flatMap((line) => line.split("/").slice(1, -1));
			expect(new Set(named)).toEqual(new Set(sets.flatMap(({ domains }) => domains)));
		}
	});
});

describe("files of users", () => {
	const read = (...texts: string[]) => {
		const troubles: string[] = [];
		const files = texts.map((text, index) => ({ path: `${index}.json`, text }));
		return { ...parseCatalogue(files, (trouble) => troubles.push(trouble)), troubles };
	};

	test("add applications and replace those of the same name", () => {
		const { apps, categories } = read(
			`{"a": {"category": "video", "domains": ["a.example"]}, "b": {"ports": ["udp 1-2"]}}`,
			`{"a": {"category": "work", "networks": ["192.0.2.7/24"]}}`,
		);
		expect(apps.get("a")).toEqual({
			name: "a",
			category: "work",
			domains: [],
			networks: ["192.0.2.0/24"],
			services: [],
		});
		expect(Object.fromEntries(categories)).toEqual({ work: ["a"], other: ["b"] });
	});

	test.each([
		["{", "0.json: is not JSON"],
		["[]", "must be a table"],
		[`{"a b": {}}`, "0.json: a b: must be a table under a name"],
		[`{"a": {"domains": "x.example"}}`, "domains must be a list"],
		[`{"a": {"ports": ["tcp"]}}`, "ports: tcp cannot be understood"],
		[`{"a": {"domains": ["no name"]}}`, "domains: no name cannot be understood"],
		[`{"a": {"networks": [7]}}`, "networks: 7 cannot be understood"],
	])("%s is told", (text, message) => {
		expect(read(text).troubles.join()).toContain(message);
	});
});
