import { PcapCutter } from "polywan/capture/pcap-cutter";
import { expect, test } from "vitest";

function pcap(sizes: readonly number[], littleEndian = true): Uint8Array {
	const bytes = new Uint8Array(24 + sizes.reduce((sum, size) => sum + 16 + size, 0));
	const view = new DataView(bytes.buffer);
	view.setUint32(0, 0xa1b2c3d4, littleEndian);
	let at = 24;
	for (const size of sizes) {
		view.setUint32(at + 8, size, littleEndian);
		bytes.fill(size, at + 16, at + 16 + size);
		at += 16 + size;
	}
	return bytes;
}

function cut(cutter: PcapCutter, bytes: Uint8Array, step: number): Uint8Array {
	const parts: number[] = [];
	for (let at = 0; at < bytes.length; at += step) parts.push(...cutter.take(bytes.slice(at, at + step)));
	return Uint8Array.from(parts);
}

test.each([1, 7, 16, 1000])("whole packets pass, in pieces of %i bytes", (step) => {
	for (const littleEndian of [true, false]) {
		const cutter = new PcapCutter(10_000);
		const bytes = pcap([60, 0, 1500, 98], littleEndian);
		expect(cut(cutter, bytes, step)).toEqual(bytes);
		expect([cutter.packets, cutter.bytes, cutter.isFull]).toEqual([4, bytes.length, false]);
	}
});

test.each([1, 50, 10_000])("what is too much ends it before a packet, in pieces of %i bytes", (step) => {
	const cutter = new PcapCutter(24 + 2 * 116 + 115);
	expect(cut(cutter, pcap([100, 100, 100, 1]), step)).toEqual(pcap([100, 100]));
	expect([cutter.packets, cutter.isFull]).toEqual([2, true]);
});

test("half a packet at the end is left out", () => {
	const cutter = new PcapCutter(10_000);
	expect(cutter.take(pcap([100, 100]).slice(0, -1))).toEqual(pcap([100]));
});

test("what is no capture is refused", () => {
	expect(() => new PcapCutter(1000).take(new TextEncoder().encode("tcpdump: something is wrong"))).toThrow();
});
