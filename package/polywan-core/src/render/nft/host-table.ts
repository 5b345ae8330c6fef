import { MOST_HOSTS } from "../../quota/count-hosts.ts";

/** A table of its own: what is counted outlives every change of the rules. */
export const HOST_TABLE = "polywan_hosts";

/** Sets of device and address at home, each with what passed, by the way it went. */
export const HOST_SETS = ["down4", "up4", "down6", "up6"] as const;

const PLACE = `inet ${HOST_TABLE}`;

/**
 * Text for `nft -f -` that counts what is forwarded between hosts at home and those devices; what was counted so far stays. At
 * this place addresses are those of home in both directions, and what the firewall drops has been dropped.
 */
export function renderHostTable(devices: readonly string[]): string {
	const names = devices.map((device) => `"${device}"`).join(", ");
	const lines = [
		`add table ${PLACE}`,
		`add set ${PLACE} uplinks { type ifname; }`,
		...HOST_SETS.map(
			(set) =>
				`add set ${PLACE} ${set} { type ifname . ipv${set.slice(-1)}_addr; size ${MOST_HOSTS}; flags dynamic; }`,
		),
		`add chain ${PLACE} forward { type filter hook forward priority filter + 10; policy accept; }`,
		`flush chain ${PLACE} forward`,
		...rules("iifname", "daddr", "down"),
		...rules("oifname", "saddr", "up"),
		`flush set ${PLACE} uplinks`,
		...(names === "" ? [] : [`add element ${PLACE} uplinks { ${names} }`]),
	];
	return lines.map((line) => `${line}\n`).join("");
}

function rules(device: string, address: string, set: string): readonly string[] {
	return [
		`add rule ${PLACE} forward ${device} @uplinks meta nfproto ipv4 add @${set}4 { ${device} . ip ${address} counter }`,
		`add rule ${PLACE} forward ${device} @uplinks meta nfproto ipv6 add @${set}6 { ${device} . ip6 ${address} counter }`,
	];
}

/** Makes room: every counter begins anew. */
export function renderHostFlush(): string {
	return HOST_SETS.map((set) => `flush set ${PLACE} ${set}\n`).join("");
}

/** Deletes the table, whether or not it exists. */
export function renderHostRemoval(): string {
	return `table ${PLACE}\ndelete table ${PLACE}\n`;
}
