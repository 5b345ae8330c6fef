import type { Ipv6Nat } from "../config/model.ts";
import type { PlanTranslation, PlanUplink } from "./plan.ts";

/** RFC 4193: addresses of homes, which nobody on the Internet answers to. */
export const UNIQUE_LOCAL = "fc00::/7";

/** Link-local sources are refused by routers themselves (RFC 4291, 2.5.6). */
const LINK_LOCAL = "fe80::/10";

/** What an uplink with those prefixes does with IPv6 sources that are not its own. */
export function buildTranslation(mode: Ipv6Nat, prefixes: readonly string[]): PlanTranslation {
	const [prefix] = prefixes;
	if (mode === "off") return { kind: "none" };
	if (mode === "auto") return { kind: "masquerade", sources: "known" };
	if (mode === "npt" && prefix !== undefined) return { kind: "prefix", to: prefix };
	return { kind: "masquerade", sources: "all" };
}

/** Networks out of which a source stays as it is when it leaves by the uplink in IPv6. */
export function ownNetworks({ addresses, prefixes }: PlanUplink): readonly string[] {
	return [...addresses[6], ...prefixes, LINK_LOCAL];
}

/** Whether hosts with an address out of the uplink's prefixes leave by it alone while it works: another would have to translate them. */
export function bindsPrefixes({ translation }: PlanUplink): boolean {
	return (
		translation.kind === "none" || (translation.kind === "masquerade" && translation.sources === "known")
	);
}

/** Prefixes whose hosts leave by this uplink, whatever the rules say. */
export function boundPrefixes(uplink: PlanUplink): readonly string[] {
	return uplink.eligible[6] && bindsPrefixes(uplink) ? uplink.prefixes : [];
}
