/**
 * Who has which address in the lab. IPv4: RFC 6598 for the uplinks, RFC 5737 TEST-NET-3 for the servers; IPv6:
 * RFC 3849 documentation prefix, RFC 4193 in the LAN.
 */

export interface Pair {
	ipv4: string;
	ipv6: string;
}

/** What an ISP gives a customer. */
export interface Lease {
	ipv4: { address: string; mask: number; gateway: string; dns: string[] };
	/** null on an uplink without IPv6. */
	ipv6: { address: string; mask: number; gateway: string; dns: string[]; prefix: string } | null;
}

export const lan = {
	router: { ipv4: "192.168.1.1", ipv6: "fd00:1::1" },
	network: { ipv4: "192.168.1.0/24", ipv6: "fd00:1::/64" },
	/** @param index from 0 */
	host: (index: number): Pair => ({ ipv4: `192.168.1.${100 + index}`, ipv6: `fd00:1::${100 + index}` }),
};

/** Server k, 1–9. All answer ping, TCP and UDP 7 (echo), TCP 9 (discard), 53 (DNS), 80 (HTTP). */
export function server(k: number): Pair {
	return { ipv4: `203.0.113.${k}`, ipv6: `2001:db8:ffff::${k}` };
}

export const serverCount = 9;

/** Public resolvers, which are the defaults of many configurations; in the lab's Internet they answer as the servers do. */
export const publicResolvers: readonly string[] = [
	"1.1.1.1",
	"1.0.0.1",
	"8.8.8.8",
	"8.8.4.4",
	"9.9.9.9",
	"149.112.112.112",
	"208.67.220.220",
	"208.67.222.222",
	"2606:4700:4700::1111",
	"2606:4700:4700::1001",
	"2001:4860:4860::8888",
	"2001:4860:4860::8844",
	"2620:fe::fe",
	"2620:fe::9",
	"2620:119:35::35",
	"2620:119:53::53",
];

/**
 * @param index of the uplink, from 1
 * @param generation 0 at first, one more at each renumbering
 */
export function lease(
	index: number,
	generation: number,
	ipv6: "link-local" | "global" | "none",
	dns: Pair = server(1),
): Lease {
	const net4 = `100.${64 + generation}.${index}`;
	const net6 = prefix6(index, generation);
	return {
		ipv4: { address: `${net4}.2`, mask: 24, gateway: `${net4}.1`, dns: [dns.ipv4] },
		ipv6:
			ipv6 === "none"
				? null
				: {
						address: `${net6}::2`,
						mask: 64,
						gateway: ipv6 === "link-local" ? "fe80::1" : `${net6}::1`,
						dns: [dns.ipv6],
						prefix: `${net6}:8000::/56`,
					},
	};
}

/** The ISP's own addresses on the customer's link, with mask. */
export function ispAddresses(index: number, generation: number): Pair {
	return { ipv4: `100.${64 + generation}.${index}.1/24`, ipv6: `${prefix6(index, generation)}::1/64` };
}

/** What the Internet routes to the ISP: link and delegated prefix. */
export function ispNetworks(index: number, generation: number): Pair {
	return { ipv4: `100.${64 + generation}.${index}.0/24`, ipv6: `${prefix6(index, generation)}::/48` };
}

function prefix6(index: number, generation: number): string {
	return `2001:db8:${(generation * 0x100 + index).toString(16)}`;
}
