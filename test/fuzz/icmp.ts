import { DeviceTable } from "polywan/link/device-table";
import { parseInterface } from "polywan/link/netifd";
import { parseFailedNeighbour } from "polywan/link/rtnetlink";
import { parseAttributes, parseMessages } from "polywan/netlink/message";
import { buildIcmpFilter } from "polywan/probe/filter";
import { type IcmpMessage, parseIcmp } from "polywan/probe/icmp";
import { FAMILIES, type Family } from "polywan-core/family";
import type { BlobTable, BlobValue } from "ubus-js/codec";
import { addressMessage, linkMessage, neighbourMessage } from "../unit/polywan/link/kernel-messages.ts";
import { runFilter } from "../unit/polywan/probe/bpf.ts";
import { echoReply, icmpError } from "../unit/polywan/probe/packets.ts";
import { type Random, seededRandom } from "./random.ts";

export const targets: { name: string; run(iterations: number, seed: number): void }[] = [
	{ name: "icmp", run: fuzzIcmp },
	{ name: "rtnetlink", run: fuzzRtnetlink },
	{ name: "netifd", run: fuzzNetifd },
];

const IDENTIFIER = 0x4711;

/** Whatever the bytes: no exception, and the kernel's filter and our parser agree on what is ours. */
export function fuzzIcmp(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	const filters = { 4: buildIcmpFilter(4, IDENTIFIER), 6: buildIcmpFilter(6, IDENTIFIER) };
	repeat("icmp", iterations, seed, () => {
		const family = random.pick(FAMILIES);
		const packet = mutated(random, randomIcmp(random, family));
		return [
			packet,
			() => {
				const message = parseIcmp(family, packet);
				const passes = runFilter(filters[family], packet) > 0;
				if (message !== null) checkMessage(message);
				if (message?.identifier === IDENTIFIER && !passes) throw new Error("the filter drops what is ours");
				if (message !== null && message.identifier !== IDENTIFIER && passes)
					throw new Error("the filter passes a stranger");
			},
		];
	});
}

function checkMessage(message: IcmpMessage): void {
	for (const value of [message.identifier, message.sequence]) {
		if (!Number.isInteger(value) || value < 0 || value > 0xffff) throw new Error(`not 16 bits: ${value}`);
	}
	if (message.kind === "error" && message.target === "") throw new Error("an error without a target");
}

function randomIcmp(random: Random, family: Family): Uint8Array {
	const identifier = random.oneIn(3) ? random.below(65536) : IDENTIFIER;
	if (random.oneIn(8)) return random.bytes(random.below(100));
	if (random.oneIn(2)) return echoReply(family, identifier, random.below(65536));
	const target = [...random.bytes(family === 4 ? 4 : 16)];
	return icmpError(family, random.below(13), random.below(16), target, identifier, random.below(65536));
}

/** Messages of the kernel, whole and broken, keep the table consistent. */
export function fuzzRtnetlink(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	let table = new DeviceTable();
	repeat("rtnetlink", iterations, seed, () => {
		if (random.oneIn(1000)) table = new DeviceTable();
		const type = random.below(30);
		const payload = mutated(random, randomRtnetlink(random));
		return [
			payload,
			() => {
				table.take(type, payload);
				parseFailedNeighbour(payload);
				parseMessages(payload);
				for (const value of parseAttributes(payload).values()) {
					if (value.length > payload.length) throw new Error("an attribute longer than its message");
				}
				for (const { ifindex, address } of table.addresses) {
					if (table.find(ifindex, address) === null) throw new Error("an address that is not found");
				}
			},
		];
	});
}

function randomRtnetlink(random: Random): Uint8Array {
	const ifindex = 1 + random.below(5);
	const address = random.oneIn(2) ? `10.0.0.${random.below(9)}` : `2001:db8::${random.below(9)}`;
	switch (random.below(4)) {
		case 0:
			return linkMessage(ifindex, `eth${random.below(5)}`, random.below(0x20000), random.oneIn(4) ? 7 : 0);
		case 1:
			return addressMessage(ifindex, address, random.below(129), random.below(256), random.below(256));
		case 2:
			return neighbourMessage(ifindex, address, random.below(256));
		default:
			return random.bytes(random.below(80));
	}
}

const FIELDS = [
	"interface",
	"up",
	"l3_device",
	"device",
	"ipv4-address",
	"ipv6-address",
	"ipv6-prefix",
	"route",
	"dns-server",
	"inactive",
];
const ENTRY_FIELDS = ["address", "mask", "target", "nexthop", "metric", "type", "route"];
const VALUES: readonly BlobValue[] = [
	null,
	true,
	0,
	-1,
	24,
	4.5,
	1n,
	"",
	"wan",
	"0.0.0.0",
	"::",
	"10.0.0.1",
	"fe80::1",
	"2001:db8::/64",
	"1.2.3.4/99",
];

/** Whatever netifd says: an interface or null, and what is in it is canonical. */
export function fuzzNetifd(iterations: number, seed: number): void {
	const random = seededRandom(seed);
	repeat("netifd", iterations, seed, () => {
		const entry: BlobTable = Object.fromEntries(FIELDS.map((field) => [field, randomValue(random, 3)]));
		return [
			entry,
			() => {
				const parsed = parseInterface(entry);
				if (parsed === null) return;
				for (const family of FAMILIES) {
					for (const { prefixLength } of parsed.addresses[family]) {
						if (prefixLength < 0 || prefixLength > 128) throw new Error(`a prefix of ${prefixLength}`);
					}
				}
			},
		];
	});
}

function randomValue(random: Random, depth: number): BlobValue {
	if (depth === 0 || random.oneIn(3)) return random.pick(VALUES);
	if (random.oneIn(2)) return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
	return Object.fromEntries(ENTRY_FIELDS.map((field) => [field, randomValue(random, depth - 1)]));
}

function mutated(random: Random, bytes: Uint8Array): Uint8Array {
	const copy = Uint8Array.from(bytes);
	for (let flips = random.below(4); flips > 0 && copy.length > 0; flips--)
		copy[random.below(copy.length)] = random.below(256);
	return random.oneIn(4) ? copy.subarray(0, random.below(copy.length + 1)) : copy;
}

/** Throws an Error that holds the input, the seed and the iteration where a property does not hold. */
function repeat(
	name: string,
	iterations: number,
	seed: number,
	make: () => [input: unknown, check: () => void],
): void {
	for (let iteration = 0; iteration < iterations; iteration++) {
		const [input, check] = make();
		try {
			check();
		} catch (error) {
			const text =
				input instanceof Uint8Array
					? [...input].join(" ")
					: JSON.stringify(input, (_, value) => String(value));
			throw new Error(`${name}: seed ${seed}, iteration ${iteration}: ${text}`, { cause: error });
		}
	}
}
