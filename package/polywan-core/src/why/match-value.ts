import { familyOf, networkContains, parseAddress, parseNetwork } from "../address.ts";
import { PROTOCOLS } from "../config/datatype.ts";
import type { PortRange } from "../config/port-range.ts";
import type { Family } from "../family.ts";

/** "tcp", or "protocol 89". */
export function protocolName(protocol: number): string {
	for (const [name, number] of PROTOCOLS) if (number === protocol) return name;
	return `protocol ${protocol}`;
}

export function networksOf(networks: readonly string[], family: Family): readonly string[] {
	return networks.filter((network) => familyOf(network) === family);
}

/** Null where the address is not known. */
export function isInNetworks(networks: readonly string[], text: string | null): boolean | null {
	const address = text === null ? null : parseAddress(text);
	if (address === null) return null;
	return networks.some((network) => {
		const parsed = parseNetwork(network);
		return parsed !== null && networkContains(parsed, address);
	});
}

/** Null where the port is not known. */
export function isInPorts(ranges: readonly PortRange[], port: number | null): boolean | null {
	return port === null ? null : ranges.some(({ from, to }) => port >= from && port <= to);
}

export function describeNetworks(networks: readonly string[]): string {
	return `in ${joinSome(networks)}`;
}

export function describePorts(ranges: readonly PortRange[]): string {
	return joinSome(ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)));
}

const SHOWN = 4;

/** "a or b"; of many the first ones. */
function joinSome(values: readonly string[]): string {
	if (values.length <= SHOWN) return values.join(" or ");
	return `${values.slice(0, SHOWN).join(" or ")} or one of ${values.length - SHOWN} more`;
}
