import { parseModel } from "polywan-core/config/parse";
import { DEFAULT_TARGETS } from "polywan-core/config/schema";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, test } from "vitest";

function parse(options: string) {
	const { uplinks, problems } = parseModel(parsePackage("polywan", `config uplink 'wan'\n${options}`), {});
	const [uplink] = uplinks;
	if (uplink === undefined) throw new Error("no uplink");
	return { uplink, targets: uplink.probing.targets, problems: problems.map(({ message }) => message) };
}

describe("targets and methods of an uplink", () => {
	test("public resolvers are pinged unless something else is said", () => {
		expect(parse("").targets).toEqual({ 4: DEFAULT_TARGETS[4], 6: DEFAULT_TARGETS[6] });
	});

	test("plain addresses are asked by every method, URIs by their own", () => {
		const { targets, problems } = parse(
			"\tlist method 'ping'\n\tlist method 'tcp'\n\tlist target '192.0.2.1'\n\tlist target 'http://a.example/'\n",
		);
		expect(problems).toEqual([]);
		expect(targets[4]).toEqual(["192.0.2.1", "tcp://192.0.2.1:53", "http://a.example/"]);
		expect(targets[6]).toEqual(["http://a.example/"]);
	});

	test("the gateway alone, and beside others", () => {
		expect(parse("\tlist method 'arp'\n").targets).toEqual({ 4: ["gateway"], 6: ["gateway"] });
		expect(parse("\toption method 'ping arp'\n\tlist target '192.0.2.1'\n").targets[4]).toEqual([
			"192.0.2.1",
			"gateway",
		]);
	});

	test("auto finds out for itself, from plain addresses", () => {
		const { uplink, targets } = parse("\toption method 'auto'\n\tlist target '192.0.2.1'\n");
		expect([uplink.probing.isAuto, targets[4]]).toEqual([true, ["192.0.2.1"]]);
	});

	test("what cannot be asked is a problem with the way out", () => {
		expect(parse("\tlist target 'a.example'\n").problems[0]).toMatch(
			/^must be an address, gateway, or a URI/,
		);
		expect(parse("\toption family 'ipv4'\n\tlist target 'nd://fe80::1'\n").problems[0]).toMatch(
			/IPv4 address/,
		);
	});
});

test("quota, schedule and time zone", () => {
	const { uplink, problems } = parse(
		"\toption quota '1.5T'\n\toption quota_period 'week'\n\toption quota_reset_day '9'\n\tlist schedule 'mon-fri@08:00-18:00'\n\tlist schedule 'never'\n\toption timezone 'CET-1CEST,M3.5.0,M10.5.0/3'\n",
	);
	expect(uplink.quota).toEqual({
		bytes: 1.5e12,
		direction: "total",
		action: "warn",
		limit: { downloadBitsPerSecond: 1e6, uploadBitsPerSecond: 1e6 },
		period: { every: "week", resetDay: 1, resetHour: 0 },
	});
	expect(uplink.schedule).toEqual([{ days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080 }]);
	expect(uplink.timeZone?.standardOffset).toBe(3600);
	expect(problems).toHaveLength(2);
	expect(parse("").uplink).toMatchObject({ quota: null, schedule: [], timeZone: null, whenDegraded: "keep" });
});

test("a rate for when the quota is used up, in each direction", () => {
	const limit = (text: string) => {
		const { uplink, problems } = parse(`\toption quota '1G'\n\toption quota_action 'limit'\n${text}`);
		return [
			uplink.quota?.limit.downloadBitsPerSecond,
			uplink.quota?.limit.uploadBitsPerSecond,
			problems.length,
		];
	};
	expect(limit("\toption quota_rate '512k'\n")).toEqual([512_000, 512_000, 0]);
	expect(limit("\toption quota_rate '2M'\n\toption quota_upload_rate '64k'\n")).toEqual([2e6, 64_000, 0]);
	expect(limit("\toption quota_rate '8k'\n")).toEqual([16_000, 16_000, 1]);
});
