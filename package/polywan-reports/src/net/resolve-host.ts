import { resolveName } from "polywan-runtime/resolve";
import type { Address } from "polywan-runtime/socket";

/** The first address of a name; IPv4 before IPv6. Rejects with ResolveError. */
export async function resolveHost(
	host: string,
	port: number,
): Promise<Extract<Address, { family: "inet" | "inet6" }>> {
	let failure: unknown = new Error(`there is no address for ${host}`);
	for (const family of ["inet", "inet6"] as const) {
		try {
			const [address] = await resolveName(host, family);
			if (address !== undefined) return { family, address, port };
		} catch (error) {
			failure = error;
		}
	}
	throw failure;
}
