import * as native from "polywan:checksum";

/**
 * The checksum of IPv4, ICMP, UDP and TCP (RFC 1071), as a number to store in network order; 0 for data that carries its right checksum.
 * @param initial the sum of 16-bit words that come before, as a pseudo header's
 */
export function internetChecksum(data: Uint8Array, initial = 0): number {
	return native.internetChecksum(data, initial);
}
