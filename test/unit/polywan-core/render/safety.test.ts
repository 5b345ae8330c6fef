import { buildPlan, type PlanInput } from "polywan-core/plan/build";
import { diffIp, renderIpBatch } from "polywan-core/render/ip";
import { diffIptables, parseIptablesSave, renderIptablesChange } from "polywan-core/render/iptables/save";
import { renderIptables } from "polywan-core/render/iptables/tables";
import { renderNftChange } from "polywan-core/render/nft/change";
import { renderNft } from "polywan-core/render/nft/table";
import { renderIptablesResets, renderNftResets, type TcpTuple } from "polywan-core/render/resets";
import { renderScripts } from "polywan-core/render/scripts";
import { describe, expect, test } from "vitest";
import { manyUplinks, modelOf, planInput, THREE_UPLINKS, withState } from "../fixture.ts";

const input = planInput(THREE_UPLINKS);
const plan = buildPlan(input);
const wanDown = buildPlan(withState(input, "wan", "down"));

describe("nothing from outside becomes a command", () => {
	const hostile = '"; reboot #\n$(reboot)`';

	test("names of sections", () => {
		const model = modelOf(THREE_UPLINKS);
		const renamed = {
			...model,
			uplinks: model.uplinks.map((uplink) => (uplink.name === "lte" ? { ...uplink, name: hostile } : uplink)),
			rules: model.rules.map((rule) => ({ ...rule, name: hostile })),
		};
		const ids = { ...input.ids, uplinks: { ...input.ids.uplinks, [hostile]: 3 } };
		const scripts = renderScripts(buildPlan({ ...input, model: renamed, ids }), "nftables");
		const script = Object.values(scripts).join("");
		expect(script).not.toContain("; reboot");
		expect(script).not.toContain("$(");
		expect(script).toContain('comment "uplink:___reboot____');
	});

	test.each(["w1; reboot", "w1\nrule add", "w*", "w+", 'w"', "a-name-too-long-for-linux", ""])(
		"device %j",
		(device) => {
			const links = input.links.map((link) => (link.uplink === "wan" ? { ...link, device } : link));
			const hit = buildPlan({ ...input, links });
			expect(hit.uplinks[0]?.devices).toEqual({ 4: null, 6: null });
			expect(hit.uplinks[0]?.eligible).toEqual({ 4: false, 6: false });
		},
	);

	test("addresses and gateways that are none", () => {
		const change = {
			gateway: "1.1.1.1; reboot",
			addresses: [{ address: "x", prefixLength: 24 }],
			prefixes: ["y"],
		};
		const links: PlanInput["links"] = input.links.map((link) => ({ ...link, ...change }));
		const scripts = renderScripts(buildPlan({ ...input, links }), "iptables");
		expect(Object.values(scripts).join("")).not.toContain("reboot");
	});
});

describe("a change of shares touches the policies' chains and slots alone", () => {
	test("nft", () => {
		const lines = renderNftChange(plan, wanDown).split("\n");
		const touched = lines.filter((line) => line !== "").map((line) => line.split(" ")[4] ?? "");
		const parts = ["p1_4", "p1_6", "p2_4", "p2_6"];
		expect([...new Set(touched)].sort()).toEqual([...parts, "prefixes", ...parts.map((part) => `s_${part}`)]);
	});

	test("iptables", () => {
		const chains = (family: 4 | 6) =>
			renderIptablesChange(plan, wanDown, family).map(({ table, text }) => [
				table,
				text.match(/:polywan_\w+/g),
			]);
		expect(chains(4)).toEqual([["mangle", [":polywan_p1", ":polywan_p2"]]]);
		expect(chains(6)).toEqual([["mangle", [":polywan_p1", ":polywan_p2", ":polywan_prefixes"]]]);
	});

	test("no change, no text", () => {
		expect(renderNftChange(plan, plan)).toBe("");
		expect(renderIptablesChange(plan, plan, 4)).toEqual([]);
	});
});

describe("iptables-save", () => {
	const foreign = [
		"*mangle",
		":PREROUTING ACCEPT [12:3456]",
		":OUTPUT ACCEPT [0:0]",
		":mwan3_hook - [0:0]",
		":polywan_old - [1:2]",
		":polywan_u1 - [0:0]",
		"-A PREROUTING -j mwan3_hook",
		"-A PREROUTING -m mark --mark 0x1 -j polywan_prerouting",
		"-A PREROUTING -j polywan_prerouting",
		"-A PREROUTING -j polywan_prerouting",
		"-A polywan_old -j polywan_u1",
		'-A polywan_u1 -m comment --comment "uplink:wan" -j MARK --set-xmark 0x1000000/0xff000000',
		"COMMIT",
	].join("\n");

	test("what is stale or double goes, what is right stays, what is not ours is not named", () => {
		const mangle = diffIptables(parseIptablesSave(foreign), plan, 4).find(
			(change) => change.table === "mangle",
		);
		const lines = mangle?.text.split("\n") ?? [];
		expect(lines).not.toContain(":polywan_u1 - [0:0]");
		expect(lines.filter((line) => line.startsWith("-D"))).toEqual([
			"-D PREROUTING -m mark --mark 0x1 -j polywan_prerouting",
			"-D PREROUTING -j polywan_prerouting",
		]);
		expect(lines.filter((line) => line.startsWith("-I"))).toEqual([
			"-I POSTROUTING 1 -j polywan_postrouting",
			"-I OUTPUT 1 -j polywan_output",
		]);
		expect(lines.at(-3)).toBe("-X polywan_old");
		expect(mangle?.text).not.toContain("mwan3");
	});

	test("removal leaves nothing of ours and names nothing else", () => {
		const texts = diffIptables(parseIptablesSave(foreign), null, 4).map(({ text }) => text);
		expect(texts.join("")).toBe(
			[
				"*mangle",
				"-D PREROUTING -m mark --mark 0x1 -j polywan_prerouting",
				"-D PREROUTING -j polywan_prerouting",
				"-D PREROUTING -j polywan_prerouting",
				":polywan_old - [0:0]",
				":polywan_u1 - [0:0]",
				"-X polywan_old",
				"-X polywan_u1",
				"COMMIT",
				"",
			].join("\n"),
		);
		expect(renderIpBatch(diffIp(plan, { ipRules: [], tables: [] }), 4)).toMatch(
			/^(rule del priority 6\d{3} .*\n|route del .*table 28[69]\d\d .*\n)+$/,
		);
	});
});

describe("resets", () => {
	const tuple: TcpTuple = {
		family: 4,
		source: "192.168.1.7",
		destination: "192.0.2.1",
		sourcePort: 40000,
		destinationPort: 443,
	};

	test("only addresses of the right family are written", () => {
		const tuples = [tuple, { ...tuple, family: 6 as const }, { ...tuple, source: "x } ; flush ruleset" }];
		expect(renderNftResets(tuples).split("\n")[0]).toBe(
			"add element inet polywan reset4 { 192.168.1.7 . 192.0.2.1 . 40000 . 443 }",
		);
		expect(renderNftResets([])).toBe("");
		expect(
			renderIptablesResets(tuples, 4)
				.split("\n")
				.filter((line) => line.startsWith("-A")),
		).toHaveLength(1);
	});

	test("iptables takes the newest thousand", () => {
		const many = Array.from({ length: 1500 }, (_, n) => ({ ...tuple, sourcePort: 1024 + n }));
		const rules = renderIptablesResets(many, 4)
			.split("\n")
			.filter((line) => line.startsWith("-A"));
		expect(rules).toHaveLength(1000);
		expect(rules.at(-1)).toContain("--sport 2523 ");
	});
});

test("the scripts hold the very texts that are applied", () => {
	expect(renderScripts(plan, "nftables")["nft -f -"]).toBe(renderNft(plan));
	expect(renderScripts(plan, "iptables")["iptables-restore -w --noflush"]).toBe(renderIptables(plan, 4));
});

test("250 uplinks and 1,000 rules are no matter: under half a second of processor time", () => {
	const input = planInput(manyUplinks(250, 1000));
	const before = process.cpuUsage();
	const big = buildPlan(input);
	renderNft(big);
	renderIptables(big, 4);
	const { user } = process.cpuUsage(before);
	// About 60 ms here; a quadratic step anywhere takes seconds.
	expect(user / 1000).toBeLessThan(500);
});
