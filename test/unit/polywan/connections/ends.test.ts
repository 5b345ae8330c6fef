import { listEnds } from "polywan/connections/ends";
import { ROW_BYTES } from "polywan/connections/row";
import { parseAddress } from "polywan-core/address";
import { buildPlan } from "polywan-core/plan/build";
import { describe, expect, it } from "vitest";
import { planInput } from "../../polywan-core/fixture.ts";

const plan = buildPlan(planInput("config uplink 'wan'\nconfig uplink 'wanb'\n"));
const [, wanb] = plan.uplinks;
const outside = wanb?.addresses[4][0] ?? "";
const isLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

type Tuple = readonly [source: string, sourcePort: number, destination: string, destinationPort: number];

/** struct row of conntrack.h: TCP over wanb, established unless told otherwise. */
function row(opening: Tuple, answering: Tuple, { protocol = 6, state = 3, status = 14 } = {}): Uint8Array {
	const bytes = new Uint8Array(ROW_BYTES);
	const view = new DataView(bytes.buffer);
	bytes.set([4, protocol, state, 3]);
	view.setUint32(4, wanb?.mark ?? 0, isLittle);
	view.setUint32(8, status, isLittle);
	for (const [index, [source, sourcePort, destination, destinationPort]] of [opening, answering].entries()) {
		view.setUint16(20 + index * 4, sourcePort, isLittle);
		view.setUint16(22 + index * 4, destinationPort, isLittle);
		bytes.set(parseAddress(source)?.bytes ?? [], 72 + index * 32);
		bytes.set(parseAddress(destination)?.bytes ?? [], 88 + index * 32);
	}
	return bytes;
}

const tuple = ([source, sourcePort, destination, destinationPort]: Tuple) => ({
	family: 4,
	...{ source, sourcePort, destination, destinationPort },
});

const client: Tuple = ["192.168.1.100", 40_001, "203.0.113.1", 443];
const server: Tuple = ["203.0.113.1", 443, outside, 50_001];

describe("the ends of a connection that is killed", () => {
	it("are the client at home, and the server, which knows the router's address", () => {
		expect(listEnds(row(client, server), plan)).toEqual([
			{ sends: tuple(client), knows: tuple(client), device: null },
			{ sends: tuple(server), knows: tuple(server), device: wanb?.devices[4] },
		]);
	});

	it("are in the Internet and behind a port forwarding: there the packets have the server's own address", () => {
		const caller: Tuple = ["203.0.113.9", 33_000, outside, 8443];
		const behind: Tuple = ["192.168.1.50", 443, "203.0.113.9", 33_000];
		expect(listEnds(row(caller, behind), plan)).toEqual([
			{
				sends: tuple(["203.0.113.9", 33_000, "192.168.1.50", 443]),
				knows: tuple(caller),
				device: wanb?.devices[4],
			},
			{ sends: tuple(behind), knows: tuple(behind), device: null },
		]);
	});

	it("are those of an offloaded one, too, of which the kernel tells no state", () => {
		expect(listEnds(row(client, server, { state: 0, status: 0x400e }), plan)).toHaveLength(2);
	});

	it("are left alone where nothing is established, or the router itself is one, or the user says so", () => {
		expect(listEnds(row(client, server, { state: 1 }), plan)).toEqual([]);
		expect(listEnds(row(client, server, { protocol: 17, state: 0 }), plan)).toEqual([]);
		expect(listEnds(row([outside, 50_001, "203.0.113.1", 443], server), plan)).toEqual([]);
		expect(listEnds(row(["203.0.113.9", 1, outside, 22], [outside, 22, "203.0.113.9", 1]), plan)).toEqual([]);
		expect(listEnds(row(client, server), { ...plan, resetConnections: false })).toEqual([]);
	});
});
