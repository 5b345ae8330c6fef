import { expect, test } from "vitest";
import { bytesOf, sumHosts } from "../../../ui/src/quality/hosts.ts";

const entry = (uplink: string, address: string, name: string | null, rx: number, tx: number) => ({
	uplink,
	address,
	name,
	rx_bytes: rx,
	tx_bytes: tx,
});

test("a host is what has one name, or else an address: with all it had by every uplink, most first", () => {
	const hosts = sumHosts([
		entry("wan", "192.168.1.7", null, 50, 5),
		entry("wan", "192.168.1.10", "tv", 100, 10),
		entry("lte", "192.168.1.10", "tv", 200, 20),
		entry("wan", "fd00::10", "tv", 1000, 0),
	]);
	expect(hosts.map((host) => [host.name, bytesOf(host)])).toEqual([
		["tv", 1330],
		["192.168.1.7", 55],
	]);
	expect(hosts[0]?.addresses).toEqual(["192.168.1.10", "fd00::10"]);
	expect(hosts[0]?.uplinks).toEqual([
		{ name: "wan", bytes: 1110 },
		{ name: "lte", bytes: 220 },
	]);
	expect(hosts[1]?.addresses).toEqual([]);
});
