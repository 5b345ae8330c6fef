import { parseAddress, renderAddress } from "polywan-core/address";
import type { FamilyStatus, Status, UplinkStatus } from "polywan-core/status";
import { hostProblem } from "polywan-core/tool/request";
import { interfaceIndex } from "polywan-runtime/interface";
import { HostLookup } from "../probe/host-lookup.ts";
import type { ProberOptions } from "../probe/prober.ts";
import { callDaemon } from "./daemon-client.ts";
import { type Given, UsageError } from "./verb.ts";

type FamilyName = "ipv4" | "ipv6";

/** The router cannot do what was asked; exit code 1. */
export class RefusedError extends Error {
	readonly code = "refused";
}

/**
 * How to ask something by an uplink alone, in the family of option --family, of the host when it is an address, or the first one
 * there is a link in. Rejects with UsageError, RefusedError, or as callDaemon does.
 */
export async function chooseProber(given: Given, name: string, host?: string): Promise<ProberOptions> {
	const wanted = readFamily(given);
	const literal = host === undefined ? null : parseAddress(host);
	if (literal !== null && wanted !== null && wanted !== `ipv${literal.family}`)
		throw new UsageError(`${host} is an IPv${literal.family} address`);
	const { uplinks } = (await callDaemon("uplinks")) as unknown as Pick<Status, "uplinks">;
	const uplink = uplinks.find((entry) => entry.name === name);
	if (uplink === undefined)
		throw new RefusedError(`there is no uplink '${name}'; \`polywan uplinks\` lists them`);
	const only = literal === null ? wanted : (`ipv${literal.family}` as FamilyName);
	const order: readonly FamilyName[] = only === null ? ["ipv4", "ipv6"] : [only];
	const family = order.find((each) => (uplink[each]?.device ?? "") !== "");
	if (family === undefined)
		throw new RefusedError(`${name} has no ${only === null ? "" : `${familyTitle(only)} `}link`);
	return proberOptions(uplink, family);
}

/** The host of a command line. Throws UsageError. */
export function readHost(host: string | undefined): string {
	if (host === undefined) throw new UsageError("which host?");
	const problem = hostProblem(host);
	if (problem !== null) throw new UsageError(`the host ${problem}`);
	return host;
}

/** A number of a command line. Throws UsageError. */
export function readNumber(
	{ options }: Given,
	name: string,
	{ min, usual, max }: { readonly min: number; readonly usual: number; readonly max: number },
): number {
	const text = options.get(name);
	if (text === undefined) return usual;
	const value = /^\d{1,9}$/.test(String(text)) ? Number(text) : Number.NaN;
	if (value >= min && value <= max) return value;
	throw new UsageError(`'--${name}' must be from ${min} to ${max}`);
}

/** The address to ask, by the uplink's own name servers. Rejects with RefusedError. */
export function resolveHost(prober: ProberOptions, host: string): Promise<string> {
	const literal = parseAddress(host);
	if (literal !== null) return Promise.resolve(renderAddress(literal));
	const hosts = new HostLookup(prober);
	return new Promise<string>((resolve, reject) =>
		hosts.find(host, resolve, (reason) => reject(new RefusedError(reason))),
	).finally(() => hosts.close());
}

/** "203.0.113.1", or "example.com (203.0.113.1)". */
export function renderHost(host: string, address: string): string {
	return host === address ? host : `${host} (${address})`;
}

export function familyTitle(family: FamilyName): string {
	return family === "ipv4" ? "IPv4" : "IPv6";
}

function readFamily({ options }: Given): FamilyName | null {
	const wanted = options.get("family");
	if (wanted === undefined || wanted === "ipv4" || wanted === "ipv6") return wanted ?? null;
	throw new UsageError("'--family' must be ipv4 or ipv6");
}

function proberOptions(uplink: UplinkStatus, family: FamilyName): ProberOptions {
	const { device, addresses, gateway, dns_servers: dnsServers } = uplink[family] as FamilyStatus;
	return {
		uplink: uplink.name,
		family: family === "ipv4" ? 4 : 6,
		device,
		ifindex: interfaceIndex(device),
		mark: Number(uplink.mark),
		addresses,
		gateway,
		dnsServers,
		payloadBytes: 0,
		onReply: () => {},
		onFailure: () => {},
	};
}
