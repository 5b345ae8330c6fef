import { parseDevice, parseDeviceAddress, parseFailedNeighbour } from "polywan/link/rtnetlink";
import { expect, test } from "vitest";
import { addressMessage, FLAGS_NO_CARRIER, linkMessage, neighbourMessage } from "./kernel-messages.ts";

test("a device with and without carrier", () => {
	const device = { ifindex: 7, name: "eth1", mtu: 1500, carrier: true, pointToPoint: false };
	expect(parseDevice(linkMessage(7, "eth1"))).toEqual(device);
	expect(parseDevice(linkMessage(7, "eth1", FLAGS_NO_CARRIER))).toEqual({ ...device, carrier: false });
	expect(parseDevice(linkMessage(7, "eth1", 0x11042))?.carrier).toBe(false);
});

test("ppp and tun need no gateway", () => {
	expect(parseDevice(linkMessage(9, "pppoe-wan", 0x110d1))).toMatchObject({
		carrier: true,
		pointToPoint: true,
	});
});

test("a device that leaves a bridge is still there: messages of other families are not about it", () => {
	expect(parseDevice(linkMessage(7, "eth1", 0, 7))).toBeNull();
});

test("addresses: in duplicate detection they are not usable, link-local ones are not global", () => {
	expect(parseDeviceAddress(addressMessage(7, "100.64.1.2", 24))).toEqual({
		ifindex: 7,
		address: "100.64.1.2",
		prefixLength: 24,
		usable: true,
		global: true,
	});
	expect(parseDeviceAddress(addressMessage(7, "2001:db8::2", 64, 0x40))?.usable).toBe(false);
	expect(parseDeviceAddress(addressMessage(7, "2001:db8::2", 64, 0x08))?.usable).toBe(false);
	expect(parseDeviceAddress(addressMessage(7, "fe80::2", 64, 0, 253))?.global).toBe(false);
});

test("only neighbours that failed are told", () => {
	expect(parseFailedNeighbour(neighbourMessage(7, "100.64.1.1", 0x20))).toEqual({
		ifindex: 7,
		address: "100.64.1.1",
	});
	expect(parseFailedNeighbour(neighbourMessage(7, "100.64.1.1", 0x02))).toBeNull();
});

test("messages that are cut short are nothing", () => {
	for (const bytes of [
		new Uint8Array(0),
		new Uint8Array(7),
		new Uint8Array(11),
		linkMessage(7, "eth1").subarray(0, 18),
	]) {
		expect(parseDevice(bytes)).toBeNull();
		expect(parseDeviceAddress(bytes.subarray(0, 10))).toBeNull();
		expect(parseFailedNeighbour(bytes)).toBeNull();
	}
});
