import type { Plan } from "polywan-core/plan/plan";
import { describe, expect, test } from "vitest";
import { FakeKernel, packetOf } from "./fake-kernel.ts";
import { Walk } from "./walk.ts";

function fresh(plan: Plan): FakeKernel {
	const kernel = new FakeKernel();
	kernel.apply(plan);
	return kernel;
}

const PORTS = [443, 80, 8050, 5353];
const DESTINATIONS = {
	4: ["192.0.2.1", "198.51.100.9", "10.1.1.1"],
	6: ["2001:db8:ffff::1", "2001:db8:9::9"],
} as const;

/** Some new connections, from the LAN, from guests, from an uplink and of the router. */
function packets(walk: Walk) {
	return Array.from({ length: 12 }, () => {
		const family = walk.pick(2) === 0 ? 4 : 6;
		const incoming = ["br-lan", "br-lan", "br-guest", "w1", null][walk.pick(5)] ?? null;
		const from =
			incoming === null
				? { user: 999 + walk.pick(3), group: 100 + walk.pick(2) }
				: { mac: `00:11:22:33:44:${["55", "66", "77"][walk.pick(3)]}` };
		return packetOf(family, {
			...from,
			incoming,
			dscp: [0, 8, 34, 46][walk.pick(4)] ?? 0,
			icmpType: [0, 8, 128, 129][walk.pick(4)] ?? 0,
			mark: [0, 0, 0x10, 0x2f][walk.pick(4)] ?? 0,
			destination: DESTINATIONS[family][walk.pick(DESTINATIONS[family].length)] ?? "",
			protocol: [6, 17, family === 4 ? 1 : 58][walk.pick(3)] ?? 6,
			destinationPort: PORTS[walk.pick(4)] ?? 443,
		});
	});
}

function hasHash({ policies }: Plan): boolean {
	return policies.some(({ shares }) => shares[4].kind === "hash" || shares[6].kind === "hash");
}

function isUplink(mark: number, { uplinks, markMask }: Plan): boolean {
	return uplinks.some((uplink) => uplink.mark === (mark & markMask) >>> 0);
}

describe("random walks against a kernel that knows only what we render", () => {
	test.each(Array.from({ length: 12 }, (_, n) => n + 1))(
		"seed %i: changes lead where a fresh start leads",
		(seed) => {
			const walk = new Walk(seed);
			const kernel = new FakeKernel();
			for (let step = 0; step < 60; step++) {
				walk.step();
				const plan = walk.plan();
				kernel.apply(plan);
				expect(kernel.dump, `step ${step}`).toEqual(fresh(plan).dump);
			}
		},
	);

	test.each(Array.from({ length: 12 }, (_, n) => n + 101))(
		"seed %i: whatever fails, the next apply converges",
		(seed) => {
			const walk = new Walk(seed);
			const kernel = new FakeKernel();
			let failures = 0;
			for (let step = 0; step < 60; step++) {
				walk.step();
				try {
					kernel.apply(walk.plan(), walk.pick(12));
				} catch {
					failures++;
				}
				if (walk.chance(4)) kernel.forget();
				if (!walk.chance(3)) continue;
				const plan = walk.plan();
				kernel.apply(plan);
				expect(kernel.dump, `step ${step}`).toEqual(fresh(plan).dump);
			}
			expect(failures).toBeGreaterThan(0);
		},
	);

	test.each(Array.from({ length: 12 }, (_, n) => n + 201))(
		"seed %i: both back ends treat every packet alike",
		(seed) => {
			const walk = new Walk(seed);
			for (let step = 0; step < 40; step++) {
				walk.step();
				const plan = walk.plan();
				for (const packet of packets(walk)) {
					const kernel = fresh(plan);
					const marks = kernel.marks(packet);
					const what = `step ${step} ${JSON.stringify(packet)}`;
					// By a hash the back ends choose alike in number only.
					const areUplinks = isUplink(marks.iptables, plan) && isUplink(marks.nft, plan);
					if (!(areUplinks && hasHash(plan))) expect(marks.iptables, what).toBe(marks.nft);
					expect((marks.nft & ~plan.markMask) >>> 0).toBe(packet.mark);
					const leaving = { ...packet, incoming: null, outgoing: `w${1 + walk.pick(3)}` };
					const connection = kernel.connectionMarks(leaving);
					expect(connection.iptables).toBe(connection.nft);
				}
			}
		},
	);
});
