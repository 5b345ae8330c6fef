import type { Link } from "polywan-core/link";
import { buildStandIns, findOwnNameServers, type ServedUplink } from "polywan-core/plan/name-server";
import { expect, test } from "vitest";

function uplink(servers: readonly string[], works: boolean): ServedUplink {
	const link: Link = {
		uplink: "",
		family: 4,
		interface: "",
		device: "",
		ifindex: 1,
		addresses: [],
		prefixes: [],
		gateway: null,
		dnsServers: servers,
		mtu: 1500,
		carrier: true,
	};
	return { links: { 4: link, 6: null }, eligible: { 4: works, 6: false } };
}

test("a name server that two uplinks have belongs to none", () => {
	const uplinks = [uplink(["192.0.2.1", "9.9.9.9"], true), uplink(["9.9.9.9", "192.0.2.2"], true)];
	expect(findOwnNameServers(uplinks, 4).map(({ server }) => server)).toEqual(["192.0.2.1", "192.0.2.2"]);
});

test("those of an uplink that does not work are answered by one that does, if there is one", () => {
	const dead = uplink(["192.0.2.1", "192.0.2.3"], false);
	expect(buildStandIns([dead, uplink(["192.0.2.2"], true)], 4)).toEqual([
		{ from: "192.0.2.1", to: "192.0.2.2" },
		{ from: "192.0.2.3", to: "192.0.2.2" },
	]);
	expect(buildStandIns([dead, uplink([], true)], 4)).toEqual([]);
	expect(buildStandIns([dead, uplink(["192.0.2.2"], false)], 4)).toEqual([]);
	expect(buildStandIns([dead, uplink(["192.0.2.2"], true)], 6)).toEqual([]);
});
