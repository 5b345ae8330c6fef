import { parseEstablished } from "polywan/apply/conntrack";
import { parseIpRule } from "polywan/netlink/ip-rule";
import { parseMessages } from "polywan/netlink/message";
import { parseNftNews } from "polywan/netlink/nft-news";
import { parseRoute, parseRouteTable } from "polywan/netlink/route";
import { parseAddress, parseNetwork } from "polywan-core/address";
import { FAMILIES } from "polywan-core/family";
import { renderNftResets, type TcpTuple } from "polywan-core/render/resets";
import { buildEntry, ESTABLISHED } from "../unit/polywan/apply/conntrack-entry.ts";
import { multipathMessage, routeMessage, ruleMessage } from "../unit/polywan/netlink/routing-messages.ts";
import { type Random, seededRandom } from "./random.ts";
import { mutateBytes } from "./ubus-input.ts";

export const targets: { name: string; run(iterations: number, seed: number): void }[] = [
	{ name: "conntrack", run: fuzzConntrack },
	{ name: "routing", run: fuzzRouting },
];

const filter = { mark: 0x01000000, mask: 0xff000000 };

/** Whatever the bytes: a tuple that can be written into a rule, or null. What was not touched comes back whole. */
export function fuzzConntrack(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const tuple = randomTuple(random);
		const entry = buildEntry(tuple, { mark: filter.mark | random.below(0x1000000), state: ESTABLISHED });
		const mutated = mutateBytes(random, entry);
		attempt("conntrack", seed, iteration, mutated, () => {
			const whole = parseEstablished(entry, filter);
			if (JSON.stringify(whole) !== JSON.stringify(tuple)) throw new Error("parse(build(x)) is not x");
			const parsed = parseEstablished(mutated, filter);
			if (parsed !== null) checkTuple(parsed);
			parseMessages(mutated);
			parseNftNews(random.below(0x1000), mutated);
		});
	}
}

function checkTuple(tuple: TcpTuple): void {
	for (const port of [tuple.sourcePort, tuple.destinationPort])
		if (!(port >= 0 && port <= 0xffff)) throw new Error(`not a port: ${port}`);
	for (const address of [tuple.source, tuple.destination])
		if (parseAddress(address)?.family !== tuple.family) throw new Error(`not an address: ${address}`);
	if (!/^(add|delete) element [^;]*$/m.test(renderNftResets([tuple]))) throw new Error("no reset for it");
}

function randomTuple(random: Random): TcpTuple {
	const family = random.pick(FAMILIES);
	const address = () =>
		family === 4
			? `10.0.${random.below(256)}.${random.below(256)}`
			: `fd00::${(1 + random.below(0xffff)).toString(16)}`;
	return {
		family,
		source: address(),
		destination: address(),
		sourcePort: random.below(65536),
		destinationPort: random.below(65536),
	};
}

/** Rules and routes of the kernel, whole and broken: values that compare, or null. */
export function fuzzRouting(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	for (let iteration = 0; iteration < iterations; iteration++) {
		const message = random.pick([ruleMessage, routeMessage, multipathMessage])();
		const mutated = mutateBytes(random, message);
		attempt("routing", seed, iteration, mutated, () => {
			for (const family of FAMILIES) {
				const rule = parseIpRule(family, mutated);
				if (rule !== null && !(rule.priority >= 0)) throw new Error(`not a priority: ${rule.priority}`);
				const route = parseRoute(family, mutated, (ifindex) => `eth${ifindex}`);
				if (route !== null && !(route.route.metric >= 0)) throw new Error("not a metric");
				parseRouteTable(mutated);
			}
		});
	}
	const untouched = parseRoute(4, routeMessage(), () => "eth1");
	if (untouched === null || parseNetwork(untouched.route.destination) === null)
		throw new Error("not a network");
}

function attempt(name: string, seed: number, iteration: number, input: Uint8Array, run: () => void): void {
	try {
		run();
	} catch (error) {
		const hex = Buffer.from(input).toString("hex");
		throw new Error(`${name}: seed ${seed}, iteration ${iteration}: ${hex}`, { cause: error });
	}
}
