import { renderAddress } from "polywan-core/address";
import type { Family } from "polywan-core/family";

/** Bytes of an address of `family`. */
export function addressBytes(family: Family): number {
	return family === 4 ? 4 : 16;
}

/** Text of the address in an attribute; null when it has neither 4 nor 16 bytes. */
export function readAddress(bytes: Uint8Array): string | null {
	if (bytes.length !== 4 && bytes.length !== 16) return null;
	return renderAddress({ family: bytes.length === 4 ? 4 : 6, bytes: [...bytes] });
}
