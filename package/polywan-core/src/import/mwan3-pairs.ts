import type { Draft } from "./draft.ts";
import type { SourcePolicy } from "./mwan3-policy.ts";

/**
 * mwan3 has one interface for each IP version of a line, polywan one uplink for both. Gives the IPv6 interface of each IPv4 one where
 * making one uplink of them changes nothing: same options, and in every policy the same metric and weight.
 */
export function findPairs(
	uplinks: readonly Draft[],
	policies: readonly SourcePolicy[],
): ReadonlyMap<string, string> {
	const byName = new Map(uplinks.map((uplink) => [uplink.name ?? "", uplink]));
	const pairs = new Map<string, string>();
	for (const [name, uplink] of byName) {
		if (uplink.options.get("family") !== "ipv4") continue;
		for (const other of [`${name}6`, `${name}_6`]) {
			const partner = byName.get(other);
			if (partner?.options.get("family") !== "ipv6") continue;
			if (!haveSameOptions(uplink, partner) || !policies.every((policy) => treatsAlike(policy, name, other)))
				continue;
			pairs.set(name, other);
			break;
		}
	}
	return pairs;
}

/** Makes the IPv4 uplink one of both versions. Their interfaces are the usual names, which is the default. */
export function mergePair(uplink: Draft, partner: Draft): void {
	uplink.options.delete("family");
	const targets = [...uplink.list("target"), ...partner.list("target")];
	if (targets.length > 0) uplink.options.set("target", targets);
}

/** Names an uplink's interfaces where those it would have by default are another's. */
export function nameInterfaces(
	uplink: Draft,
	partner: string | undefined,
	others: ReadonlyMap<string | null, unknown>,
): void {
	const own = [uplink.name ?? "", ...(partner === undefined ? [] : [partner])];
	const usual = [`${uplink.name}6`, `${uplink.name}_6`];
	if (!usual.some((name) => others.has(name) && !own.includes(name))) return;
	for (const name of own) uplink.add("interface", name);
}

function haveSameOptions(one: Draft, other: Draft): boolean {
	const text = (draft: Draft): string =>
		JSON.stringify([...draft.options].filter(([name]) => name !== "family" && name !== "target").sort());
	return text(one) === text(other);
}

function treatsAlike(policy: SourcePolicy, name: string, other: string): boolean {
	const one = policy.members.find((member) => member.interface === name);
	const two = policy.members.find((member) => member.interface === other);
	return one?.metric === two?.metric && one?.weight === two?.weight;
}
