import { parseAddress, renderAddress } from "polywan-core/address";
import type { UciPackage } from "uci-parser/config";

/**
 * What `wg show <device> endpoints` prints: a line a peer, its key, a tab, and address:port, [address]:port or (none). Link-local
 * ones are left out: nothing carries them but their own link.
 */
export function parseEndpoints(text: string): string[] {
	return text.split("\n").flatMap((line) => {
		const end = line.split("\t")[1] ?? "";
		const [, six, four] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):[0-9]+$/.exec(end.trim()) ?? [];
		return canonical(six ?? four ?? "");
	});
}

/** Peers of /etc/config/network whose endpoint_host is an address: a name would have to be asked for by someone. */
export function parsePeers({ sections }: UciPackage, netifdInterface: string): string[] {
	return sections.flatMap(({ type, options }) => {
		const host = options.get("endpoint_host");
		const isPeer = type === `wireguard_${netifdInterface}` && options.get("disabled") !== "1";
		return isPeer && typeof host === "string" ? canonical(host.replace(/^\[(.*)\]$/, "$1")) : [];
	});
}

function canonical(text: string): string[] {
	const address = parseAddress(text);
	return address === null ? [] : [renderAddress(address)];
}
