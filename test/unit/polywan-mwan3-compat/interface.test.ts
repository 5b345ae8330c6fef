import type { Model } from "polywan-core/config/model";
import { parseModel } from "polywan-core/config/parse";
import type { Status } from "polywan-core/status";
import { findCalls, toldOf } from "polywan-mwan3-compat/action";
import { buildInterfaces, type Facts, type Interface } from "polywan-mwan3-compat/interface";
import { renderInterfaces, renderPolicies } from "polywan-mwan3-compat/report";
import { buildUbusStatus } from "polywan-mwan3-compat/ubus-status";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, test } from "vitest";
import { familyStatus, status, uplinkStatus } from "../polywan-reports/fixture.ts";

const CONFIG = `
config uplink 'wan'
	list target '203.0.113.8'
	list target '203.0.113.9'
config uplink 'lte'
	option family 'ipv4'
	list interface 'modem'
	option probing 'off'
config uplink 'old'
	option enabled '0'
config policy 'balanced'
	option last_resort 'blackhole'
`;

const SINCE_MS = 1_760_000_000_000;

function modelOf(text: string): Model {
	return parseModel(parsePackage("polywan", text), {});
}

function facts(change: Partial<Status> = {}, text = CONFIG): Facts {
	const wan = uplinkStatus("wan", { ipv6: familyStatus({ interface: "wan6", targets: [] }) });
	const lte = uplinkStatus("lte", {
		ipv4: familyStatus({ interface: "modem", device: "wwan0", state: "down" }),
	});
	const old = uplinkStatus("old", { state: "disabled", ipv4: null });
	return {
		status: status({ uplinks: [wan, lte, old], ...change }),
		model: modelOf(text),
		netifd: [
			{ name: "wan", up: true, uptimeS: 3725, device: "eth1" },
			{ name: "modem", up: false, uptimeS: 0, device: "wwan0" },
		],
	};
}

const CONNECTED = { ipv4: ["192.168.1.0/24"], ipv6: [] };

describe("mwan3's interfaces", () => {
	test("one for each netifd interface and IP version", () => {
		const all = buildInterfaces(facts());
		expect(all.map(({ name, family, uplink }) => [name, family, uplink])).toEqual([
			["wan", 4, "wan"],
			["wan6", 6, "wan"],
			["modem", 4, "lte"],
			["old", 4, "old"],
		]);
		expect(all.map(({ status: state, tracking }) => [state, tracking])).toEqual([
			["online", "active"],
			["online", "active"],
			["offline", "disabled"],
			["unknown", "down"],
		]);
	});

	test("a name is not used twice: a dual-stack interface appears as its IPv4 side", () => {
		const both = uplinkStatus("wan", { ipv6: familyStatus() });
		const names = buildInterfaces(facts({ uplinks: [both] }, "config uplink 'wan'\n")).map(
			({ name }) => name,
		);
		expect(names).toEqual(["wan"]);
	});

	test("kept down by hand is disabled; a link that is gone is paused", () => {
		const byHand = uplinkStatus("wan", { wanted: "down", ipv4: familyStatus({ state: "down" }) });
		const gone = uplinkStatus("lte", {
			ipv4: familyStatus({ state: "down", device: "", interface: "", addresses: [] }),
		});
		const all = buildInterfaces(
			facts({ uplinks: [byHand, gone] }, CONFIG.replace("option probing 'off'", "")),
		);
		expect(all.map(({ name, status: state, tracking }) => [name, state, tracking])).toEqual([
			["wan", "disabled", "active"],
			["modem", "offline", "paused"],
			["old", "unknown", "down"],
		]);
	});
});

describe("ubus status", () => {
	test("the shape of each part", () => {
		const answer = buildUbusStatus(facts(), CONNECTED, "", null, SINCE_MS + 61_500);
		expect(Object.keys(answer)).toEqual(["interfaces", "connected", "policies"]);
		const { wan, modem, old } = answer.interfaces as Record<string, unknown>;
		expect(wan).toEqual({
			age: 61,
			online: 61,
			offline: 0,
			uptime: 3725,
			score: 10,
			lost: 0,
			turn: 0,
			status: "online",
			enabled: true,
			running: true,
			tracking: "active",
			up: true,
			track_ip: [
				{ ip: "203.0.113.8", status: "up", latency: 12, packetloss: 3 },
				{ ip: "203.0.113.9", status: "down", latency: 0, packetloss: 100 },
			],
		});
		expect(modem).toMatchObject({
			online: 0,
			offline: 61,
			score: 0,
			status: "offline",
			running: false,
			track_ip: [],
		});
		expect(old).toMatchObject({ enabled: false, status: "unknown", tracking: "down" });
		expect(answer.policies).toEqual({
			ipv4: { balanced: [{ interface: "wan", percent: 100 }] },
			ipv6: { balanced: [] },
		});
	});

	test("a section, and one interface of it", () => {
		expect(Object.keys(buildUbusStatus(facts(), CONNECTED, "connected", null, SINCE_MS))).toEqual([
			"connected",
		]);
		const { interfaces } = buildUbusStatus(facts(), CONNECTED, "interfaces", "modem", SINCE_MS);
		expect(Object.keys(interfaces as object)).toEqual(["modem"]);
	});
});

describe("texts", () => {
	test("interfaces", () => {
		expect(renderInterfaces(facts(), SINCE_MS + 3_661_000)).toBe(
			"Interface status:\n" +
				" interface wan is online and tracking is active (online 01h:01m:01s, uptime 01h:02m:05s)\n" +
				" interface wan6 is online and tracking is active (online 01h:01m:01s, uptime 00h:00m:00s)\n" +
				" interface modem is offline and tracking is disabled\n" +
				" interface old is unknown and tracking is down (31)\n\n",
		);
	});

	test("policies: shares, or the last resort", () => {
		expect(renderPolicies(facts())).toBe(
			"Current ipv4 policies:\nbalanced:\n wan (100%)\n\nCurrent ipv6 policies:\nbalanced:\n unreachable\n\n",
		);
	});
});

describe("calls of scripts", () => {
	const [wan] = buildInterfaces(facts());
	const online = wan as Interface;
	const offline: Interface = { ...online, status: "offline" };
	const gone: Interface = { ...offline, hasLink: false, device: "" };
	const actions = (before: Interface | null, now: Interface): string[] =>
		findCalls(before === null ? null : toldOf(before), now).map(
			({ action, device }) => `${action} ${device}`,
		);

	test("from nothing, and from one state to the other", () => {
		expect(actions(null, online)).toEqual(["ifup eth1", "connected eth1"]);
		expect(actions(null, gone)).toEqual([]);
		expect(actions(online, online)).toEqual([]);
		expect(actions(online, offline)).toEqual(["disconnected eth1"]);
		expect(actions(offline, online)).toEqual(["connected eth1"]);
		expect(actions(gone, offline)).toEqual(["ifup eth1"]);
	});

	test("a link that goes is one ifdown, with the device it had", () => {
		expect(actions(online, gone)).toEqual(["ifdown eth1"]);
		expect(actions(offline, gone)).toEqual(["ifdown eth1"]);
	});
});
