import { networkContains, parseAddress, parseNetwork } from "../address.ts";
import type { Endpoint } from "./message.ts";

/** What an address (and port) outside depends on, or who may send to it (RFC 4787, 4.1 and 5). */
export type Dependence = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

/** What the tests of RFC 5780 gave; null: no answer, or not tested. */
export interface NatFacts {
	/** The uplink's own address. */
	readonly local: string;
	readonly mapped: Endpoint;
	/** By another address of the server, by that and another port. */
	readonly mappedByAddress: Endpoint | null;
	readonly mappedByPort: Endpoint | null;
	/** Whether an answer from another address and port came, and one from another port; null: the server cannot. */
	readonly heardFromAddress: boolean | null;
	readonly heardFromPort: boolean | null;
}

export interface Nat {
	/** Whether addresses are translated at all. */
	readonly translated: boolean;
	/** The provider shares a public address among customers (RFC 6598). */
	readonly cgnat: boolean;
	/** Null: not known. */
	readonly mapping: Dependence | null;
	readonly filtering: Dependence | null;
	/** In the usual words. */
	readonly type: string;
}

const SHARED = "100.64.0.0/10";
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

export function judgeNat(facts: NatFacts): Nat {
	const translated = facts.mapped.address !== facts.local;
	const mapping = translated ? judgeMapping(facts) : "endpoint-independent";
	const filtering = judgeFiltering(facts);
	const cgnat = translated && isWithin(facts.local, [SHARED]);
	return {
		translated,
		cgnat,
		mapping,
		filtering,
		type: nameType(translated, cgnat, facts.local, mapping, filtering),
	};
}

function judgeMapping({ mapped, mappedByAddress, mappedByPort }: NatFacts): Dependence | null {
	if (mappedByAddress === null) return null;
	if (isSame(mapped, mappedByAddress)) return "endpoint-independent";
	if (mappedByPort === null) return null;
	return isSame(mappedByAddress, mappedByPort) ? "address-dependent" : "address-and-port-dependent";
}

function judgeFiltering({ heardFromAddress, heardFromPort }: NatFacts): Dependence | null {
	if (heardFromAddress === null) return null;
	if (heardFromAddress) return "endpoint-independent";
	if (heardFromPort === null) return null;
	return heardFromPort ? "address-dependent" : "address-and-port-dependent";
}

function nameType(
	translated: boolean,
	cgnat: boolean,
	local: string,
	mapping: Dependence | null,
	filtering: Dependence | null,
): string {
	if (!translated) return "no NAT";
	const whose = cgnat ? "carrier-grade NAT" : isWithin(local, PRIVATE) ? "NAT of another router" : "NAT";
	if (mapping === null) return whose;
	if (mapping !== "endpoint-independent") return `${whose}, symmetric`;
	switch (filtering) {
		case "endpoint-independent":
			return `${whose}, full cone`;
		case "address-dependent":
			return `${whose}, restricted cone`;
		case "address-and-port-dependent":
			return `${whose}, port-restricted cone`;
		default:
			return `${whose}, cone`;
	}
}

function isSame(one: Endpoint, other: Endpoint): boolean {
	return one.address === other.address && one.port === other.port;
}

function isWithin(address: string, networks: readonly string[]): boolean {
	const parsed = parseAddress(address);
	return parsed !== null && networks.some((text) => isIn(text, parsed));
}

function isIn(text: string, address: NonNullable<ReturnType<typeof parseAddress>>): boolean {
	const network = parseNetwork(text);
	return network !== null && network.family === address.family && networkContains(network, address);
}
