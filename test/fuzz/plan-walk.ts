import { isDeepStrictEqual } from "node:util";
import type { Plan } from "polywan-core/plan/plan";
import { adjustShares } from "polywan-core/plan/policies";
import { FakeKernel, packetOf } from "../unit/polywan-core/fake-kernel.ts";
import { type Diversion, Walk } from "../unit/polywan-core/walk.ts";

/** What the long run has of each. */
const STEPS = 10_000;
/** A walk begins anew after so many steps: configurations only grow. */
const STEPS_OF_A_WALK = 60;
const PORTS = [443, 80, 8050, 5353];
const DESTINATIONS = {
	4: ["192.0.2.1", "198.51.100.9", "10.1.1.1"],
	6: ["2001:db8:ffff::1", "2001:db8:9::9"],
} as const;

/** Random walks of configuration, links and health against a kernel that knows only what we render. */
export const targets = [
	{ name: "plan", iterations: STEPS, run: walks(convergence) },
	{ name: "plan-faults", iterations: STEPS, run: walks(convergenceAfterFaults) },
	{ name: "plan-deaths", iterations: STEPS, run: walks(diversion) },
	{ name: "plan-packets", iterations: STEPS, run: walks(agreement) },
];

type Check = (walk: Walk, kernel: FakeKernel) => void;

function walks(begin: () => Check): (steps: number, seed: number) => void {
	return (steps, seed) => {
		for (let done = 0; done < steps; done += STEPS_OF_A_WALK) {
			const walk = new Walk(seed * 1000 + done / STEPS_OF_A_WALK);
			const kernel = new FakeKernel();
			const check = begin();
			for (let step = 0; step < Math.min(STEPS_OF_A_WALK, steps - done); step++) {
				walk.step();
				try {
					check(walk, kernel);
				} catch (error) {
					throw new Error(`step ${step} of walk ${done / STEPS_OF_A_WALK}`, { cause: error });
				}
			}
		}
	};
}

/** Changes lead where a start from nothing leads. */
function convergence(): Check {
	return (walk, kernel) => {
		const plan = walk.plan();
		kernel.apply(plan);
		expectFresh(kernel, plan);
	};
}

/** Whatever fails half-way, also where the daemon starts anew then: the next change converges. */
function convergenceAfterFaults(): Check {
	return (walk, kernel) => {
		try {
			kernel.apply(walk.plan(), walk.pick(12));
		} catch (error) {
			if (!(error instanceof Error && error.message === "cut off")) throw error;
		}
		if (walk.chance(4)) kernel.forget();
		if (!walk.chance(3)) return;
		const plan = walk.plan();
		kernel.apply(plan);
		expectFresh(kernel, plan);
	};
}

/** What is done at once when uplinks die sends nothing to them, and nothing where it must not go; then the whole plan follows. */
function diversion(): Check {
	return (walk, kernel) => {
		let plan = walk.plan();
		kernel.apply(plan);
		const diversions: Diversion[] = [];
		for (let deaths = walk.pick(3); deaths > 0; deaths--) {
			const diversion = walk.kill(plan);
			if (diversion === null) continue;
			const names = diversion.adjustments.map(({ kernelName }) => kernelName);
			const next = adjustShares(plan, diversion.adjustments);
			if (!kernel.divert(next, names)) throw new Error("more than elements of maps would have to change");
			expectInherited(plan, next, diversion);
			diversions.push(diversion);
			plan = next;
		}
		const whole = walk.plan();
		for (const diversion of diversions) expectGone(plan, whole, diversion);
		kernel.apply(whole);
		expectFresh(kernel, whole);
	};
}

/** Only slots of the dead change, to uplinks that are left. */
function expectInherited(before: Plan, after: Plan, { family, dead, left }: Diversion): void {
	for (const [index, { name, shares }] of after.policies.entries()) {
		const [was, is] = [before.policies[index]?.shares[family], shares[family]];
		if (is === was) continue;
		if (was === undefined || was.kind === "verdict" || is.kind !== was.kind)
			throw new Error(`policy ${name} is another kind of share`);
		const isRight = is.slots.every((id, slot) =>
			was.slots[slot] === dead ? left.includes(id) : id === was.slots[slot],
		);
		if (!isRight || is.slots.length !== was.slots.length)
			throw new Error(`policy ${name}: ${was.slots.join()} became ${is.slots.join()}`);
	}
}

/** A policy that has still slots of the dead is one that has nobody else. */
function expectGone(diverted: Plan, whole: Plan, { family, dead }: Diversion): void {
	for (const [index, { name, shares }] of diverted.policies.entries()) {
		const share = shares[family];
		if (share.kind === "verdict" || !share.slots.includes(dead)) continue;
		if (whole.policies[index]?.shares[family].kind !== "verdict")
			throw new Error(`policy ${name} sends connections to the dead although it has others`);
	}
}

/** Both back ends treat every packet alike, and leave others' bits of the mark alone. */
function agreement(): Check {
	return (walk) => {
		const plan = walk.plan();
		for (const packet of packets(walk)) {
			const kernel = new FakeKernel();
			kernel.apply(plan);
			const marks = kernel.marks(packet);
			// By a hash the back ends choose alike in number only.
			const areUplinks = isUplink(marks.iptables, plan) && isUplink(marks.nft, plan);
			const what = JSON.stringify(packet);
			if (!(areUplinks && hasHash(plan)) && marks.iptables !== marks.nft)
				throw new Error(`marks ${marks.iptables} and ${marks.nft} for ${what}`);
			if ((marks.nft & ~plan.markMask) >>> 0 !== packet.mark)
				throw new Error(`others' bits changed: ${what}`);
			const leaving = { ...packet, incoming: null, outgoing: `w${1 + walk.pick(3)}` };
			const connection = kernel.connectionMarks(leaving);
			if (connection.iptables !== connection.nft)
				throw new Error(`connection marks ${connection.iptables} and ${connection.nft} for ${what}`);
		}
	};
}

function expectFresh(kernel: FakeKernel, plan: Plan): void {
	const other = new FakeKernel();
	other.apply(plan);
	if (isDeepStrictEqual(kernel.dump, other.dump)) return;
	const lines = { is: new Set(kernel.dump), should: new Set(other.dump) };
	const more = kernel.dump.filter((line) => !lines.should.has(line));
	const less = other.dump.filter((line) => !lines.is.has(line));
	throw new Error(`the kernel has more:\n${more.join("\n")}\nand lacks:\n${less.join("\n")}`);
}

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
