import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCatalogue } from "polywan-core/app/catalogue";
import { parseModel } from "polywan-core/config/parse";
import { renderProblem } from "polywan-core/config/problem";
import { readPackage } from "polywan-core/config/read";
import { FAMILIES } from "polywan-core/family";
import type { PlanInput } from "polywan-core/plan/build";
import { buildPlan } from "polywan-core/plan/build";
import { allocateKernelIds, NO_IDS } from "polywan-core/plan/ids";
import type { Plan } from "polywan-core/plan/plan";
import { listRuleProblems } from "polywan-core/plan/rules";
import type { RateLimit } from "polywan-core/quota/quota";
import { diffIp, renderIpBatch } from "polywan-core/render/ip";
import { buildIpsets, renderIpsets } from "polywan-core/render/iptables/ipset";
import { renderIptables } from "polywan-core/render/iptables/tables";
import { renderNft } from "polywan-core/render/nft/table";

import { describe, expect, test } from "vitest";

// A case is a folder with `config` (UCI), `links.json`, `states.json`, and optionally `ids.json`, `devices.json` (netifd
// interface → device), `networks.json` (the router's other networks), `limits.json` (uplinks whose quota is used up) and `facts.json` (what else rules refer to: zones, users, groups, sets). Everything else in it is what must come out;
// UPDATE_GOLDEN=1 writes it.

const folder = join(process.cwd(), "test/golden");
const updating = process.env.UPDATE_GOLDEN === "1";
const asRoot = process.getuid?.() === 0;
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
	existsSync(join(folder, entry.name, "config")),
);

function readJson<T>(name: string, file: string, absent: T): T {
	const path = join(folder, name, file);
	return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : absent;
}

/** The output files of a case by name; one that would be empty is absent. */
function produce(name: string): { plan: Plan; files: ReadonlyMap<string, string> } {
	const devices = readJson<Record<string, string> | null>(name, "devices.json", null);
	const pkg = readPackage(readFileSync(join(folder, name, "config"), "utf8"));
	const model = parseModel(pkg, devices === null ? {} : { netifdInterfaces: Object.keys(devices) });
	const { ids, problems } = allocateKernelIds(model, readJson(name, "ids.json", NO_IDS));
	const limits = readJson<Record<string, RateLimit>>(name, "limits.json", {});
	const facts = readJson<Record<string, Record<string, never>>>(name, "facts.json", {});
	const apps = existsSync(join(folder, name, "apps.json"))
		? [{ path: "apps.json", text: readFileSync(join(folder, name, "apps.json"), "utf8") }]
		: [];
	const input = {
		catalogue: parseCatalogue(apps, () => {}),
		...Object.fromEntries(
			Object.entries(facts).map(([kind, table]) => [kind, new Map(Object.entries(table))]),
		),
		model,
		links: readJson<PlanInput["links"]>(name, "links.json", []),
		states: readJson<PlanInput["states"]>(name, "states.json", []),
		ids,
		devices: new Map(Object.entries(devices ?? {})),
		localNetworks: readJson<readonly string[]>(name, "networks.json", []),
		limitOf: (uplink: string) => limits[uplink] ?? null,
	};
	const plan = buildPlan(input);
	const waiting = listRuleProblems(model, input);
	const changes = diffIp({ ipRules: [], tables: [] }, plan);
	const files = [
		[
			"problems.txt",
			[...model.problems, ...problems, ...waiting].map((problem) => `${renderProblem(problem)}\n`).join(""),
		],
		["plan", `${JSON.stringify(plan, null, "\t")}\n`],
		["nft", renderNft(plan)],
		["iptables-v4", renderIptables(plan, 4)],
		["iptables-v6", renderIptables(plan, 6)],
		["ipset", FAMILIES.map((family) => renderIpsets(buildIpsets(plan, family))).join("")],
		["ip-v4", renderIpBatch(changes, 4)],
		["ip-v6", renderIpBatch(changes, 6)],
	] as const;
	return { plan, files: new Map(files.filter(([, text]) => text !== "")) };
}

const OUTPUTS = ["problems.txt", "plan", "nft", "iptables-v4", "iptables-v6", "ipset", "ip-v4", "ip-v6"];

/** In a network namespace of its own, so that the machine's rules are neither read nor changed. */
function check(argv: readonly string[], input: string, ipsets = ""): void {
	const script = 'printf %s "$1" | ipset restore; shift; exec "$@"';
	const words = ipsets === "" ? argv : ["sh", "-c", script, "check", ipsets, ...argv];
	execFileSync("unshare", ["-n", ...words], { input, stdio: ["pipe", "ignore", "pipe"] });
}

/** Sets that somebody else makes. */
function renderNamedSets({ sets }: Plan): string {
	const named = sets.flatMap((set) => (set.kind === "named" ? [set] : []));
	return named
		.map(
			({ name, elements }) => `create ${name} hash:net family ${elements[6].length > 0 ? "inet6" : "inet"}\n`,
		)
		.join("");
}

describe.each(cases.map((entry) => entry.name))("golden: %s", (name) => {
	const { plan, files } = produce(name);

	test.each(OUTPUTS)("%s", (file) => {
		const path = join(folder, name, file);
		const text = files.get(file);
		if (updating) {
			if (text === undefined) rmSync(path, { force: true });
			else writeFileSync(path, text);
		}
		expect(text ?? null).toBe(existsSync(path) ? readFileSync(path, "utf8") : null);
	});

	test("the same input gives the same plan", () => {
		expect(produce(name).plan).toEqual(plan);
	});

	test.skipIf(!asRoot)("nft, iptables-restore and ip accept it", () => {
		check(["nft", "-c", "-f", "-"], files.get("nft") ?? "");
		for (const kind of ["nft", "legacy"]) {
			const ipsets = (files.get("ipset") ?? "") + renderNamedSets(plan);
			check([`iptables-${kind}-restore`, "--test", "--noflush"], files.get("iptables-v4") ?? "", ipsets);
			check([`ip6tables-${kind}-restore`, "--test", "--noflush"], files.get("iptables-v6") ?? "", ipsets);
		}
		for (const family of [4, 6]) {
			const rules = (files.get(`ip-v${family}`) ?? "").split("\n").filter((line) => line.startsWith("rule"));
			check(["ip", `-${family}`, "-batch", "-"], rules.join("\n"));
		}
	});
});
