import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./namespaces.ts";
import { Polywan } from "./polywan.ts";
import { renderPolywanConfig } from "./polywan-config.ts";
import { Site } from "./site.ts";
import { until } from "./until.ts";

const asRoot = process.getuid?.() === 0;
interface Example {
	readonly title: string;
	readonly script: string;
	/** `…` stands for anything. */
	readonly output: string;
}

/** Each ```sh block of the page, and the block after it. */
function readExamples(): Example[] {
	const page = readFileSync(join(root, "package/polywan/REST.md"), "utf8");
	return [...page.matchAll(/^```sh\n([^`]+)^```\n\s*^```\n([^`]+)^```/gm)].map(
		([, script = "", output = ""]) => ({
			title: script.trim().split("\n").at(-1) ?? "",
			script,
			output: output.trim(),
		}),
	);
}

function toPattern(output: string): RegExp {
	const parts = output.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	return new RegExp(`^${parts.join("[^]*?")}${output.endsWith("…") ? "" : "$"}`);
}

describe.skipIf(!asRoot)("the page on HTTP", () => {
	let site: Site;
	let outputs: string[];
	const examples = readExamples();

	beforeAll(async () => {
		site = await Site.build({ daemon: true, web: true, config: renderPolywanConfig() });
		await new Polywan(site).untilState("up", "wan", "wanb");
		const separator = "-- next example --";
		const script = examples.map((example) => `${example.script}\necho; echo "${separator}"\n`).join("");
		const { stdout } = await site.host(0).run(["sh", "-c", script], { timeoutMs: 60_000 });
		outputs = stdout.split(`${separator}\n`);
	});
	afterAll(() => site?.close());

	it("has its examples", () => {
		expect(examples.length).toBeGreaterThanOrEqual(9);
	});

	it.each(examples.map((example, index) => ({ ...example, index })))("$title", ({ index, output }) => {
		expect(outputs[index]?.trim()).toMatch(toPattern(output));
	});

	it("has changed what it says it changes", async () => {
		const polywan = new Polywan(site);
		await until("the new weight is in force", async () => (await polywan.uplink("wanb")).weight === 5);
		expect((await polywan.uplink("wanb")).wanted).toBe("auto");
	});
});
